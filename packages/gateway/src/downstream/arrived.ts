import type { Principal, Seen } from '@local-mcp/core'
import type { EndpointView } from './endpoint.ts'

/** Told what a client did for the first time in its conversation. */
export type OnArrived = (seen: Seen) => void

const MAX_NAME = 100
const MAX_VERSION = 60

interface Guest {
  readonly principal: Principal
  /** What it says of itself. */
  readonly info: Readonly<Record<string, unknown>>
  readonly version: string
}

const short = (value: unknown, length: number): string | null => (typeof value === 'string' && value !== '' ? value.slice(0, length) : null)

/** Who arrived where, in the words of the log. Nothing of what was sent is in it but the client's own name. */
export function guestFacts({ principal, info, version }: Guest, view: EndpointView): Omit<Seen, 'kind'> {
  const name = short(info.name, MAX_NAME)
  return {
    tokenId: principal.token?.id ?? null,
    tokenName: principal.token?.name ?? null,
    bridge: principal.token === null,
    profileSlug: view.label,
    client: name === null ? null : { name, version: short(info.version, MAX_VERSION) },
    protocolVersion: version,
  }
}
