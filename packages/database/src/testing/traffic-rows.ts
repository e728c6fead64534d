import type { Call } from '@local-mcp/contract'
import type { CallEnd, Payload } from '@local-mcp/core'
import { newId } from '@local-mcp/kernel'

export const payload = (value: unknown): Payload => {
  const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return { bytes, size: bytes.length }
}

/** A call that succeeded, unless it is said otherwise. */
export function aCall(more: Partial<Call> = {}): Call {
  return {
    id: newId<'call'>(),
    at: 1000,
    method: 'tools/call',
    profileSlug: 'default',
    serverId: null,
    tool: 'echo',
    accountName: null,
    tokenId: null,
    tokenName: null,
    clientName: 'test',
    status: 'success',
    errorCode: null,
    durationMs: 1.5,
    ...more,
  }
}

export function anEnd(more: Partial<CallEnd> = {}): CallEnd {
  return { serverVersion: '2025-11-25', message: null, response: null, sent: 'same', received: 'same', ...more }
}
