import { z } from 'zod'
import { RIGHTS } from '../rights.ts'
import { timestamp } from './common.ts'

/**
 * `client`: use profiles and discovery. `admin`: also manage everything over REST. `custom`: the rights that are listed.
 */
export const tokenAccess = z.enum(['client', 'admin', 'custom'])
export type TokenAccess = z.infer<typeof tokenAccess>

export const right = z.enum(RIGHTS)

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const clock = (pattern: RegExp) => z.string().regex(pattern, 'Must be a time such as 09:30')

/** When a token may be used, by the clock on the wall of a time zone. */
export const timeWindow = z.strictObject({
  days: z.array(z.enum(DAYS)).min(1).max(7).optional().describe('Absent: every day'),
  from: clock(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional()
    .describe('Absent: 00:00'),
  to: clock(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/)
    .optional()
    .describe('Not included. Absent: 24:00. Earlier than `from`: on the day after'),
  zone: z.string().min(1).max(64).describe('IANA name, such as Europe/Prague'),
})
export type TimeWindow = z.infer<typeof timeWindow>

const count = z.int().min(1).max(1_000_000_000).optional()
/** How many requests a token is good for. */
export const usageLimits = z.strictObject({ perMinute: count, perHour: count, perDay: count, total: count })
export type UsageLimits = z.infer<typeof usageLimits>

export const clientToken = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string().nullable(),
  /** First characters of the token, so that a person can tell which one it is. */
  prefix: z.string(),
  access: tokenAccess,
  permissions: z.array(right),
  profileIds: z.array(z.uuid()).nullable().describe('Null: every profile'),
  serverIds: z.array(z.uuid()).nullable().describe('Null: every server'),
  addresses: z.array(z.string()).nullable().describe('Addresses and networks that it may come from. Null: every one'),
  timeWindow: timeWindow.nullable(),
  usageLimits: usageLimits.nullable(),
  /** The variable of the environment that it comes from; null for one that was made here. */
  variable: z.string().nullable(),
  expiresAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable(),
  usedCount: z.int().describe('Requests that it let in, ever'),
  revokedAt: timestamp.nullable(),
  createdAt: timestamp,
})
export type ClientToken = z.infer<typeof clientToken>

/** One request that showed a token. */
export const tokenUse = z.object({
  id: z.int(),
  at: timestamp,
  method: z.string(),
  endpoint: z.string().describe('Path without the query'),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  statusCode: z.int(),
  durationMs: z.number().nullable().describe('Null for a stream of news, which has no answer to wait for'),
  blocked: z.boolean(),
  blockReason: z.string().nullable(),
})
export type TokenUse = z.infer<typeof tokenUse>

export const tokenUsage = z.object({
  stats: z.object({
    since: timestamp.nullable().describe('The oldest row that is kept'),
    total: z.int(),
    ok: z.int().describe('Let in and answered with a status below 400'),
    blocked: z.int(),
    averageMs: z.number().nullable(),
    topEndpoints: z.array(z.object({ endpoint: z.string(), count: z.int() })).max(5),
  }),
  rows: z.array(tokenUse).describe('The newest first'),
  next: z.int().nullable().describe('To be sent as `before` for the rows after these; null: there are none'),
})
export type TokenUsage = z.infer<typeof tokenUsage>

const perMinute = z.int().min(0).max(1_000_000)
/** Requests per minute that each token may make. 0: any number. */
export const rateLimits = z.object({ mcpPerMinute: perMinute, apiPerMinute: perMinute })
export type RateLimits = z.infer<typeof rateLimits>

/** Requests with tokens that nobody knows, since the start. */
export const unknownTokens = z.object({ count: z.int(), lastAt: timestamp.nullable() })
export type UnknownTokens = z.infer<typeof unknownTokens>
