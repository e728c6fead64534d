import { randomBytes } from 'node:crypto'
import { isObject } from '@local-mcp/kernel'
import { seal, unseal } from './seal.ts'

/** What a session is made of, and made anew from after a restart of the gateway. */
export interface SessionTicket {
  readonly endpoint: string
  readonly version: string
  readonly capabilities: Readonly<Record<string, unknown>>
  readonly info: Readonly<Record<string, unknown>>
}

/** A longer ticket is not worth a header in every request, in characters. */
const MAX_TICKET = 3000
const PURPOSE = 'mcp-session'

/**
 * A new session id that cannot be guessed and carries what the session is made of: clients often do not begin anew
 * when they are told that a session is gone, so it has to outlive a restart. Nothing in it is secret.
 */
export function issueTicket({ endpoint, version, capabilities, info }: SessionTicket, key: string): string {
  const random = randomBytes(18).toString('base64url')
  const ticket = seal(PURPOSE, [random, endpoint, version, capabilities, info], key)
  return ticket.length <= MAX_TICKET ? ticket : random
}

/** @returns null for an id that was not issued to the holder of this key */
export function readTicket(id: string, key: string): SessionTicket | null {
  const sealed = unseal(PURPOSE, id, key)
  if (!Array.isArray(sealed)) return null
  const [, endpoint, version, capabilities, info] = sealed as unknown[]
  if (typeof endpoint !== 'string' || typeof version !== 'string' || !isObject(capabilities) || !isObject(info)) return null
  return { endpoint, version, capabilities, info }
}
