import { createHash } from 'node:crypto'
import type { ServerConfig, ServerType } from '@local-mcp/contract'
import type { ApiKeyRecord } from '../records.ts'

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

/** Whether the server may be started as it is configured now. */
export function isApproved({
  type,
  config,
  apiKey = null,
  approvedSha256,
}: {
  type: ServerType
  config: ServerConfig
  apiKey?: ApiKeyRecord | null
  approvedSha256: string | null
}): boolean {
  return !needsConsent(type, config, apiKey) || approvedSha256 === consentSha256(type, config, apiKey)
}
