import type { AppEvent } from '@local-mcp/contract'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { ApiError } from '../../lib/api-error.ts'
import { useAccounts } from '../../lib/use-nouns.ts'

/** A sign-in that was begun in this window. */
export type PendingSignIn =
  | { readonly phase: 'starting' }
  | {
      readonly phase: 'waiting'
      readonly accountId: string
      /** When the account was signed in before; null: it was not. */
      readonly signedInAt: number | null
      readonly url: string
      /** Whether the address was opened, as far as can be known. */
      readonly opened: boolean
      readonly expiresAt: number
    }
  | { readonly phase: 'failed'; readonly problem: ApiError }

/** By server: they outlive a change of the page. */
const pending = createStore<Readonly<Record<string, PendingSignIn>>>(() => ({}))

export function setPending(serverId: string, next: PendingSignIn | null): void {
  const { [serverId]: _, ...others } = pending.getState()
  pending.setState(next === null ? others : { ...others, [serverId]: next }, true)
}

export const pendingOf = (serverId: string): PendingSignIn | null => pending.getState()[serverId] ?? null

/** What an event says about a sign-in that this window waits for. @returns whether it ended well */
export function settlePending(event: AppEvent): boolean {
  if (event.type === 'oauth.account.changed') {
    const { id, serverId, state, signedInAt } = event.account
    const waiting = pendingOf(serverId)
    if (waiting?.phase !== 'waiting' || waiting.accountId !== id || state !== 'signed_in' || signedInAt === waiting.signedInAt) return false
    setPending(serverId, null)
    return true
  }
  if (event.type === 'oauth.sign-in.failed') {
    const waiting = pendingOf(event.serverId)
    if (waiting?.phase === 'waiting' && waiting.accountId === event.accountId)
      setPending(event.serverId, { phase: 'failed', problem: { ...event.problem, fields: [] } })
  }
  if (event.type === 'oauth.account.deleted') {
    const waiting = pendingOf(event.serverId)
    if (waiting?.phase === 'waiting' && waiting.accountId === event.accountId) setPending(event.serverId, null)
  }
  return false
}

/** The sign-in at a server that is under way or failed; null: none. */
export function usePending(serverId: string): PendingSignIn | null {
  const one = useStore(pending, (all) => all[serverId] ?? null)
  const accounts = useAccounts()
  const account = one?.phase === 'waiting' ? accounts.data?.find(({ id }) => id === one.accountId) : undefined
  // Also where the event was missed, because the connection was lost meanwhile.
  const over = one?.phase === 'waiting' && account?.state === 'signed_in' && account.signedInAt !== one.signedInAt
  useEffect(() => {
    if (over) setPending(serverId, null)
  }, [over, serverId])
  return over ? null : one
}
