import type { Call } from '@local-mcp/contract'
import type { CallHistory } from '@local-mcp/core'
import type { AccountId, Clock, ServerId } from '@local-mcp/kernel'

const KEPT = 200

export interface RunningCall {
  finish(status: Exclude<Call['status'], 'pending'>, errorCode?: string): void
}

/** The last calls, in memory: enough to see that it works and what failed. Payloads are never kept. */
/** @param nameOf who a call is made as, where that is told; null: the server has no accounts */
export function createCallHistory(
  clock: Clock,
  nameOf: (server: ServerId, named: AccountId | null) => string | null,
  onStarted: (call: Call) => void,
  onFinished: (call: Call) => void,
) {
  const calls: Call[] = []
  let next = 1
  return {
    start({
      accountId,
      ...fields
    }: {
      profileSlug: string
      serverId: ServerId | null
      /** The account that the profile names; null: the default one. */
      accountId: AccountId | null
      tool: string
      tokenName: string | null
      clientName: string | null
    }): RunningCall {
      const started = performance.now()
      const accountName = fields.serverId && nameOf(fields.serverId, accountId)
      const call: Call = {
        id: String(next++),
        at: clock.now(),
        ...fields,
        accountName,
        status: 'pending',
        errorCode: null,
        durationMs: null,
      }
      calls.push(call)
      if (calls.length > KEPT) calls.shift()
      onStarted(call)
      return {
        finish(status, errorCode) {
          if (call.status !== 'pending') return
          Object.assign(call, { status, errorCode: errorCode ?? null, durationMs: Math.round((performance.now() - started) * 10) / 10 })
          onFinished(call)
        },
      }
    },
    recent: () => calls.toReversed().map((call) => ({ ...call })),
  }
}

export type LiveCallHistory = ReturnType<typeof createCallHistory> & CallHistory
