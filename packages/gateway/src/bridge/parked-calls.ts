import { randomBytes } from 'node:crypto'
import type { Reply } from '../downstream/reply.ts'
import type { Frame } from '../wire/frame.ts'
import { parseSpan } from '../wire/frame.ts'
import { membersOf } from '../wire/json-edit.ts'
import type { Span } from '../wire/json-scan.ts'

/** How long a modern client may take to come back with what was asked for, in milliseconds. */
const PARKED_FOR = 10 * 60 * 1000
const MAX_PARKED = 1000
/** What tells our request states from those of servers. */
const PREFIX = 'parked.'

/** A call whose legacy server waits for an answer of the client, while the client's own request is over. */
export interface ParkedCall {
  /** Whose it is, and of what: another one may not take it up. */
  readonly owner: string
  /** The client came back. @param responses where each answer is in the frame, by the key it was asked under */
  resume(frame: Frame, id: Buffer, reply: Reply, responses: ReadonlyMap<string, Span>): void
  /** Nobody comes back. */
  expire(): void
}

/** What tells whose call it is: another token, endpoint, method or tool is another owner. */
export const ownerOf = (...parts: readonly string[]): string => JSON.stringify(parts)

/** The calls that wait for their client to come back. */
export function createParkedCalls() {
  const calls = new Map<string, { readonly call: ParkedCall; readonly timer: NodeJS.Timeout }>()
  return {
    /** @returns the request state that the client has to show; null where too many wait already */
    park(call: ParkedCall): string | null {
      if (calls.size >= MAX_PARKED) return null
      const state = `${PREFIX}${randomBytes(24).toString('base64url')}`
      const timer = setTimeout(() => {
        calls.delete(state)
        call.expire()
      }, PARKED_FOR)
      timer.unref()
      calls.set(state, { call, timer })
      return state
    },

    /** Takes up the call that the state stands for. @returns false where it stands for none of this owner's */
    resume(state: string, owner: string, frame: Frame, id: Buffer, reply: Reply): boolean {
      const parked = calls.get(state)
      if (parked?.call.owner !== owner) return false
      clearTimeout(parked.timer)
      calls.delete(state)
      const responses = membersOf(frame.bytes, membersOf(frame.bytes, frame.paramsSpan).get('inputResponses') ?? null)
      parked.call.resume(frame, id, reply, responses)
      return true
    },

    close(): void {
      for (const { call, timer } of calls.values()) {
        clearTimeout(timer)
        call.expire()
      }
      calls.clear()
    },
  }
}

export type ParkedCalls = ReturnType<typeof createParkedCalls>

/** The request state of ours that a client's request shows; null where it shows none. */
export function parkedState({ bytes, paramsSpan }: Frame): string | null {
  if (!bytes.includes('"requestState"')) return null
  const span = membersOf(bytes, paramsSpan).get('requestState')
  const state = span ? parseSpan(bytes, span) : null
  return typeof state === 'string' && state.startsWith(PREFIX) ? state : null
}
