import { CLIENT_RIGHTS, type Right, type TimeWindow, type UsageLimits } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import type { Context, Principal } from '../context.ts'
import { findProfile, findServer } from '../find.ts'
import type { TokenRecord } from '../records.ts'
import type { StoreReader } from '../store.ports.ts'
import { createAddressGate } from './address-gate.ts'
import { createTimeGate } from './time-gate.ts'
import { DAY } from './token-gate.ts'

const DEFAULT_DAYS = 90

/** What a token may do, as somebody asks for it. Absent is: not limited. */
export interface TokenScope {
  /** Absent: `client`, or what `permissions` says. */
  readonly access?: 'client' | 'admin' | undefined
  readonly permissions?: readonly Right[] | undefined
  /** Ids or slugs. */
  readonly profiles?: readonly string[] | undefined
  readonly servers?: readonly string[] | undefined
  readonly addresses?: readonly string[] | undefined
  readonly timeWindow?: TimeWindow | undefined
  readonly usageLimits?: UsageLimits | undefined
  /** Null: never. Absent: 90 days. */
  readonly expiresInDays?: number | null | undefined
  /** In ms UTC. */
  readonly expiresAt?: number | undefined
}

const invalid = (field: string, message: string, next?: string) =>
  new AppError('VALIDATION_ERROR', message, { fields: [{ path: [field], message }], ...(next ? { next } : {}) })

/**
 * When a new token ends, in ms UTC; null: never. What a token makes ends with it at the latest: one that leaked for an
 * hour must not be worth one for ever. Where no time was asked for it is cut short, else refused.
 * @throws AppError VALIDATION_ERROR, FORBIDDEN
 */
function expiryOf({ expiresInDays: days, expiresAt: at }: TokenScope, { token }: Principal, now: number): number | null {
  if (at !== undefined && days !== undefined) throw invalid('expiresAt', 'Only one of `expiresAt` and `expiresInDays` can be given')
  if (at !== undefined && at <= now) throw invalid('expiresAt', 'The time is over already')
  const wanted = at ?? (days === null ? null : now + (days ?? DEFAULT_DAYS) * DAY)
  const last = token?.expiresAt ?? null
  if (last === null || (wanted !== null && wanted <= last)) return wanted
  if (days === undefined && at === undefined) return last
  const full = Math.floor((last - now) / DAY)
  throw new AppError('FORBIDDEN', `A token cannot make one that outlives it; it expires on ${new Date(last).toISOString()}`, {
    next:
      full > 0
        ? `Ask for ${full} day${full === 1 ? '' : 's'} or fewer, leave the time out, or make the token in the window.`
        : 'Leave the time out: the new token then ends with this one. Or make it in the window.',
  })
}

/** @throws AppError VALIDATION_ERROR, FORBIDDEN */
function rightsOf({ access, permissions }: TokenScope, principal: Principal): readonly (Right | '*')[] {
  if (access && permissions) throw invalid('permissions', 'Only one of `access` and `permissions` can be given')
  const rights = permissions ? [...new Set(permissions)] : access === 'admin' ? (['*'] as const) : CLIENT_RIGHTS
  const lacking = principal.permissions.includes('*') ? undefined : rights.find((right) => !principal.permissions.includes(right))
  if (lacking !== undefined) {
    const what = lacking === '*' ? 'all rights' : `the right ${lacking}`
    throw new AppError('FORBIDDEN', `A token cannot make one with more rights than its own; it lacks ${what}`)
  }
  return rights
}

/** Rights reach beyond single profiles and servers, but for those that clients need. */
function assertFitting(rights: readonly (Right | '*')[], field: 'profiles' | 'servers', wanted: readonly string[] | undefined): void {
  const beyond = rights.find((right) => !CLIENT_RIGHTS.includes(right as Right))
  if (!wanted || beyond === undefined) return
  const who = beyond === '*' ? 'An admin token manages everything' : `The right ${beyond} is for everything`
  throw invalid(field, `${who} and cannot be limited to ${field}`, `Leave out the ${field}, or make a client token.`)
}

/** @throws AppError FORBIDDEN where the token that makes another is limited itself in what the other is to be free of */
function inherited<Limit>(mine: Limit | null | undefined, wanted: Limit | undefined, what: string): Limit | null {
  if (mine === null || mine === undefined) return wanted ?? null
  if (wanted === undefined) return mine
  throw new AppError('FORBIDDEN', `A token that is limited to ${what} cannot choose them for others: what it makes has the same`)
}

/**
 * Works out what a new token may do: never more than who makes it.
 *
 * @param maker the token that makes it; absent for the owner
 * @throws AppError VALIDATION_ERROR, FORBIDDEN, PROFILE_NOT_FOUND, SERVER_NOT_FOUND
 */
export async function scopeOf(
  reader: Pick<StoreReader, 'profiles' | 'servers'>,
  context: Context,
  wanted: TokenScope,
  maker: TokenRecord | undefined,
  now: number,
) {
  const { principal } = context
  const rights = rightsOf(wanted, principal)
  assertFitting(rights, 'profiles', wanted.profiles)
  assertFitting(rights, 'servers', wanted.servers)
  if (maker?.usageLimits) throw new AppError('FORBIDDEN', 'A token that is good for a number of requests cannot make others')
  const addresses = inherited(maker?.addresses, wanted.addresses, 'addresses')
  const timeWindow = inherited(maker?.timeWindow, wanted.timeWindow, 'times')
  if (addresses) createAddressGate(addresses)
  if (timeWindow) createTimeGate(timeWindow)
  const limits = wanted.usageLimits && Object.values(wanted.usageLimits).some((limit) => limit !== undefined) ? wanted.usageLimits : null
  const idsOf = async <Id>(refs: readonly string[] | undefined, find: (ref: string) => Promise<{ readonly id: Id }>) =>
    refs ? [...new Set(await Promise.all(refs.map(async (ref) => (await find(ref)).id)))] : null
  return {
    permissions: rights,
    profileIds: await idsOf(wanted.profiles, (ref) => findProfile(reader, context, ref)),
    serverIds: await idsOf(wanted.servers, (ref) => findServer(reader, context, ref)),
    addresses,
    timeWindow,
    usageLimits: limits,
    expiresAt: expiryOf(wanted, principal, now),
  }
}
