import { createHash } from 'node:crypto'
import type { ServerConfig, ServerType } from '@local-mcp/contract'
import type { ProgramIdentity } from '../gateway.ports.ts'
import type { ApiKeyRecord } from '../records.ts'

/** What a consent is about. */
interface Consented {
  readonly type: ServerType
  readonly config: ServerConfig
  readonly apiKey?: ApiKeyRecord | null
}

/**
 * What waits for a person's consent: whatever starts a program, and a remote server that is told a key, a secret or a
 * variable of the gateway, or that may be inside the local network.
 */
export function needsConsent(type: ServerType, config: ServerConfig, apiKey: ApiKeyRecord | null = null): boolean {
  if (type === 'external' || type === 'custom' || apiKey) return true
  return 'url' in config && (config.allowPrivateNetwork || Object.values(config.headers).some((value) => value.includes('{{')))
}

/**
 * Fingerprint of what a person is asked to agree to: everything that decides what runs or who is contacted.
 *
 * @returns SHA-256, hex; another one for any change of the configuration, the same for another order of keys
 */
export function consentSha256(type: ServerType, config: ServerConfig, apiKey: ApiKeyRecord | null = null): string {
  return createHash('sha256')
    .update(canonical({ type, config, apiKey: apiKey ?? undefined }))
    .digest('hex')
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

/**
 * What is kept of a consent: the fingerprint of the configuration, and the program that its command meant when the
 * person agreed.
 *
 * @param program null where it was not to be found: it is then not compared at a start
 */
export function consentTo({ type, config, apiKey }: Consented, program: ProgramIdentity | null): string {
  const sha256 = consentSha256(type, config, apiKey)
  return program ? `${sha256} ${program.sha256 ?? '-'} ${program.path}` : sha256
}

/** The program that was agreed to; null where none was known then. */
export function agreedProgram({ approvedSha256 }: { approvedSha256: string | null }): ProgramIdentity | null {
  const [, sha256, path] = /^\w+ (\w+|-) (.+)$/s.exec(approvedSha256 ?? '') ?? []
  return path === undefined || sha256 === undefined ? null : { path, sha256: sha256 === '-' ? null : sha256 }
}

/** Whether the server may be started as it is configured now. */
export function isApproved({ type, config, apiKey, approvedSha256 }: Consented & { approvedSha256: string | null }): boolean {
  return !needsConsent(type, config, apiKey) || approvedSha256?.split(' ')[0] === consentSha256(type, config, apiKey)
}
