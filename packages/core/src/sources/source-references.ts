import type { ServerConfig } from '@local-mcp/contract'

/** `{{source:name.key}}`: the key is what follows the last dot. */
export const SOURCE_REFERENCE = /\{\{source:([^{}]+)\.([A-Za-z_][A-Za-z0-9_]*)\}\}/g

export interface SourceReference {
  /** `env` or `headers`, and the name there. */
  readonly path: readonly [string, string]
  readonly name: string
  readonly key: string
}

/** Where a configuration refers to sources. Only variables and headers can: arguments are readable by other users. */
export function referencesIn(config: ServerConfig): SourceReference[] {
  const [at, values] = 'env' in config ? ['env', config.env] : 'headers' in config ? ['headers', config.headers] : ['', {}]
  return Object.entries(values).flatMap(([field, text]) =>
    [...text.matchAll(SOURCE_REFERENCE)].map(([, name = '', key = '']) => ({ path: [at, field] as const, name: name.trim(), key })),
  )
}

export const sameName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
