import type { ServerConfig } from '@local-mcp/contract'

/** `{{secret:name}}`, `{{source:name.key}}` and `{{env:NAME}}` in a value of a configuration. */
const REFERENCE = /\{\{(?:secret:[A-Za-z0-9][A-Za-z0-9_.-]{0,63}|source:[^{}]+\.[A-Za-z_][A-Za-z0-9_]*|env:[A-Za-z_][A-Za-z0-9_]*)\}\}/g

/** The values in which references are resolved when the server is used. */
const valuesOf = (config: ServerConfig): readonly string[] =>
  'command' in config ? Object.values(config.env) : 'url' in config ? Object.values(config.headers) : []

/** The text without its references; what is left is stored readable. */
export const withoutReferences = (text: string) => text.replace(REFERENCE, '')

/** Whether something begins like a reference and is none: it would be sent as it stands. */
export const hasBrokenReference = (text: string) => /\{\{\s*(?:secret|source|env)\s*:/.test(withoutReferences(text))

/** The names of the secrets that a configuration refers to. */
export function secretsUsedBy(config: ServerConfig): ReadonlySet<string> {
  return new Set(
    valuesOf(config).flatMap((text) => [...text.matchAll(/\{\{secret:([A-Za-z0-9_.-]+)\}\}/g)].map(([, name]) => name as string)),
  )
}
