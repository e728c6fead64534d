import type { RateLimits, UsageLimits } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import type { Principal } from '../context.ts'
import type { TokenRecord } from '../records.ts'
import { createAddressGate } from './address-gate.ts'
import { createTimeGate } from './time-gate.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
const LENGTHS = { perMinute: MINUTE, perHour: HOUR, perDay: DAY } as const
export type LimitedTime = keyof typeof LENGTHS
export const LIMITED_TIMES = Object.keys(LENGTHS) as LimitedTime[]
export const lengthOf = (time: LimitedTime): number => LENGTHS[time]
const IN_WORDS = { perMinute: 'minute', perHour: 'hour', perDay: 'day' } as const

/** Which of the two doors a request came to: an endpoint of MCP, or anything else. */
export type Door = 'mcp' | 'api'

/** Why a request is refused. `reason` is what the usage log says. */
const refusal = (code: string, reason: string, message: string, more: { readonly next?: string; readonly retryAfter?: number } = {}) =>
  new AppError(code, message, {
    ...(more.next ? { next: more.next } : {}),
    data: { reason, ...(more.retryAfter === undefined ? {} : { retryAfter: more.retryAfter }) },
  })

/** Counts within a time of fixed length, which begins with the first request after the one before it has ended. */
function createCounter(length: number) {
  let start = Number.NEGATIVE_INFINITY
  let count = 0
  return {
    /** How long to wait until there is room for one more, in ms; 0: there is. */
    wait(limit: number, now: number): number {
      // Also where the clock was put back.
      if (now - start >= length || now < start) {
        start = now
        count = 0
      }
      return count < limit ? 0 : start + length - now
    },
    add() {
      count++
    },
    /** Goes on where an earlier life of the gateway was. */
    resume(at: number, so: number) {
      start = at
      count = so
    },
  }
}

/** Everything about one token that the door has to know, worked out once. Nothing here waits or reads. */
export interface TokenGate {
  readonly record: TokenRecord
  /** On whose behalf its requests are done: the same object for all. */
  readonly principal: Principal
  /** @returns why the request is refused; null lets it in and counts it */
  admit(door: Door, address: string | undefined, now: number): AppError | null
  /** Whether it would be let in now, but for how much it was used. */
  isOpen(now: number): boolean
  /** Whether requests were let in since it was asked last. */
  wasUsed(): boolean
  /** When it was used last, and how often since the last call; null where it was not. */
  takeUses(): { readonly at: number; readonly count: number } | null
  /** What was taken could not be written. */
  giveBack(uses: { readonly at: number; readonly count: number }): void
  lastUsedAt(): number | null
  usedCount(): number
  /** Goes on counting where an earlier life of the gateway was. */
  resume(time: LimitedTime, at: number, count: number): void
  revoke(at: number): void
}

/**
 * @param rates of every token, in one object that changes with the settings
 * @throws AppError VALIDATION_ERROR where what the token is limited to cannot be understood
 */
export function createTokenGate(record: TokenRecord, owner: Principal, rates: RateLimits): TokenGate {
  const { id, name, profileIds, serverIds, addresses, timeWindow, expiresAt, permissions } = record
  const principal: Principal = {
    ...owner,
    token: { id, name, profileIds, serverIds, expiresAt },
    permissions: permissions as Principal['permissions'],
  }
  const isFrom = addresses && createAddressGate(addresses)
  const isTime = timeWindow && createTimeGate(timeWindow)
  const limits: UsageLimits = record.usageLimits ?? {}
  const own = LIMITED_TIMES.flatMap((time) => {
    const limit = limits[time]
    return limit === undefined ? [] : [{ time, limit, counter: createCounter(LENGTHS[time]) }]
  })
  const counters = { mcp: createCounter(MINUTE), api: createCounter(MINUTE) }
  let { revokedAt, lastUsedAt, usedCount } = record
  let unsaved = 0
  let used = false

  const tooMany = (wait: number, limit: number, time: LimitedTime, reason: string, whose: string) => {
    const seconds = Math.max(1, Math.ceil(wait / 1000))
    return refusal('RATE_LIMITED', reason, `${whose} ${limit} request${limit === 1 ? '' : 's'} per ${IN_WORDS[time]}`, {
      retryAfter: seconds,
    })
  }

  function tooOften(door: Door, now: number): AppError | null {
    const rate = door === 'mcp' ? rates.mcpPerMinute : rates.apiPerMinute
    const counter = counters[door]
    if (rate > 0) {
      const wait = counter.wait(rate, now)
      if (wait > 0) return tooMany(wait, rate, 'perMinute', 'rate_limit', `No token may make more than`)
    }
    for (const limited of own) {
      const wait = limited.counter.wait(limited.limit, now)
      if (wait > 0) return tooMany(wait, limited.limit, limited.time, 'usage_limit', 'This token is good for')
    }
    if (limits.total !== undefined && usedCount >= limits.total) {
      return refusal('RATE_LIMITED', 'usage_limit', `This token was good for ${limits.total} requests, and they were made`, {
        next: 'Make another token; waiting does not help.',
        retryAfter: DAY / 1000,
      })
    }
    if (rate > 0) counter.add()
    for (const limited of own) limited.counter.add()
    return null
  }

  return {
    record,
    principal,
    admit(door, address, now) {
      if (revokedAt !== null) return refusal('UNAUTHORIZED', 'revoked', 'The token was revoked')
      if (expiresAt !== null && expiresAt <= now) return refusal('UNAUTHORIZED', 'expired', 'The token has expired')
      if (isFrom && !isFrom(address)) return refusal('FORBIDDEN', 'address', `This token may not be used from ${address ?? 'there'}`)
      if (isTime && !isTime(now)) return refusal('FORBIDDEN', 'time', 'This token may not be used at this time')
      const refused = tooOften(door, now)
      if (refused) return refused
      lastUsedAt = now
      usedCount++
      unsaved++
      used = true
      return null
    },
    isOpen: (now) => revokedAt === null && (expiresAt === null || expiresAt > now) && (!isTime || isTime(now)),
    wasUsed() {
      const was = used
      used = false
      return was
    },
    takeUses() {
      if (unsaved === 0 || lastUsedAt === null) return null
      const uses = { at: lastUsedAt, count: unsaved }
      unsaved = 0
      return uses
    },
    giveBack({ count }) {
      unsaved += count
    },
    lastUsedAt: () => lastUsedAt,
    usedCount: () => usedCount,
    resume: (time, at, count) => own.find((one) => one.time === time)?.counter.resume(at, count),
    revoke(at) {
      revokedAt ??= at
    },
  }
}
