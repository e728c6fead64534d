import type { IncomingMessage } from 'node:http'
import type { RefusalReason } from '@local-mcp/contract'
import type { ArrivalLog, Principal } from '@local-mcp/core'
import type { AppError } from '@local-mcp/kernel'

const REASONS: ReadonlySet<string> = new Set<RefusalReason>([
  'revoked',
  'expired',
  'profile',
  'server',
  'permission',
  'address',
  'time',
  'rate_limit',
  'usage_limit',
])
/** What somebody who looks for an endpoint may ask for. */
const NEAR_AN_ENDPOINT = /^\/(?:api\/)?(?:mcp|sse)(?:\/([^/]*))?/
const MAX_SLUG = 60

function reasonOf({ code, data }: AppError, shownToken: boolean): RefusalReason | null {
  switch (code) {
    case 'UNAUTHORIZED':
    case 'FORBIDDEN':
    case 'RATE_LIMITED':
      if (typeof data.reason === 'string') return REASONS.has(data.reason) ? (data.reason as RefusalReason) : 'other'
      return code === 'UNAUTHORIZED' ? (shownToken ? 'unknown_token' : 'no_token') : 'other'
    case 'FORBIDDEN_ORIGIN':
      return data.reason === 'host' ? 'host' : 'origin'
    case 'PROFILE_NOT_FOUND':
      return 'no_profile'
    case 'NOT_FOUND':
      return 'wrong_address'
    default:
      return null
  }
}

/**
 * Notes that a request to an endpoint, or to what somebody may have taken for one, was refused.
 *
 * @param path without the query
 * @param principal whose token it showed; null: none, or one that nobody knows
 */
export function noteRefused(
  arrivals: Pick<ArrivalLog, 'note'>,
  req: IncomingMessage,
  path: string,
  principal: Principal | null,
  error: AppError,
): void {
  const near = NEAR_AN_ENDPOINT.exec(path)
  if (!near && path !== '/') return
  const reason = reasonOf(error, req.headers.authorization !== undefined)
  if (reason === null) return
  const token = principal?.token ?? null
  arrivals.note({
    kind: 'refused',
    reason,
    tokenId: token?.id ?? null,
    tokenName: token?.name ?? null,
    bridge: principal !== null && token === null,
    profileSlug: near?.[1] ? near[1].slice(0, MAX_SLUG) : null,
  })
}
