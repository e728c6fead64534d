import { z } from 'zod'
import { timestamp } from './common.ts'

export const callStatus = z.enum(['pending', 'success', 'error', 'timeout', 'cancelled'])
export type CallStatus = z.infer<typeof callStatus>

/** What the gateway answers by itself. It is in the log at the level verbose, and counts for no summary. */
export const GATEWAY_METHODS: readonly string[] = [
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
  'subscriptions/listen',
]

/** One request of a client that goes to a server. Holds no argument and no result. */
export const call = z.object({
  id: z.uuid().describe('That of its row in the traffic log, where it has one'),
  at: timestamp,
  method: z.string().describe('tools/call, resources/read, prompts/get …'),
  profileSlug: z.string(),
  serverId: z.uuid().nullable(),
  tool: z.string().describe('What was asked for, in the words of the client: a tool, a URI, a prompt'),
  accountName: z.string().nullable().describe('Who the call was made as, where the profile names an account'),
  tokenId: z.uuid().nullable(),
  tokenName: z.string().nullable(),
  clientName: z.string().nullable(),
  status: callStatus,
  errorCode: z.string().nullable(),
  durationMs: z.number().nonnegative().nullable(),
})
export type Call = z.infer<typeof call>

/** What can be made again: what a person asks for, and the gateway alone decides where it goes. */
export const REPLAYED_METHODS: readonly string[] = ['tools/call', 'resources/read', 'prompts/get']

/**
 * One side of an exchange: what was sent, and what came back. Secrets that were recognised are replaced by •••. What is
 * the same on both sides but for the id and the progress token is kept once, as the client had it.
 */
const hop = z.object({
  protocolVersion: z.string().nullable(),
  request: z.string().nullable().describe('The JSON-RPC message; null where payloads were not recorded'),
  response: z.string().nullable().describe('Null also while there is none'),
})
export type Hop = z.infer<typeof hop>

/** A row of the traffic log, whole. */
export const callDetail = call.extend({
  errorMessage: z.string().nullable(),
  requestBytes: z.int().nonnegative().nullable().describe('As it came, before anything was cut'),
  responseBytes: z.int().nonnegative().nullable(),
  truncated: z.boolean().describe('A payload was longer than 64 KiB and is cut'),
  redacted: z.boolean().describe('Something in a payload was hidden'),
  client: hop.describe('Between the client and the gateway'),
  server: hop.nullable().describe('Between the gateway and the server; null where it is the same but for the id'),
  replayable: z.boolean().describe('Whether the call can be made again from what was recorded'),
})
export type CallDetail = z.infer<typeof callDetail>

export const logLevel = z
  .enum(['off', 'minimal', 'normal', 'verbose'])
  .describe(
    'off: nothing is stored. minimal: who called what, and how it ended. normal: payloads too. verbose: every request, lists and handshakes too',
  )
export type LogLevel = z.infer<typeof logLevel>

export const logSettings = z.object({
  level: logLevel,
  keepDays: z.int().min(1).max(365),
  keepRows: z.int().min(100).max(1_000_000),
  keepMegabytes: z.int().min(1).max(10_000),
})
export type LogSettings = z.infer<typeof logSettings>

const counts = {
  calls: z.int().nonnegative(),
  errors: z.int().nonnegative(),
  averageMs: z.number().nonnegative(),
  p95Ms: z.number().nonnegative(),
}
const topOf = <T extends z.ZodType>(key: T) => z.array(z.object({ key, ...counts }))

/** What the traffic log adds up to in a span of time. */
export const logSummary = z.object({
  ...counts,
  /** One for each hour or day of the span, those without calls too, the oldest first. */
  series: z.array(
    z.object({ at: timestamp, calls: z.int().nonnegative(), errors: z.int().nonnegative(), p95Ms: z.number().nonnegative() }),
  ),
  tools: topOf(z.object({ serverId: z.uuid().nullable(), tool: z.string() })).describe('The most used ones'),
  servers: topOf(z.uuid().nullable()),
  profiles: topOf(z.string()),
})
export type LogSummary = z.infer<typeof logSummary>

export const logUsage = z.object({ rows: z.int().nonnegative(), bytes: z.int().nonnegative(), oldestAt: timestamp.nullable() })
export type LogUsage = z.infer<typeof logUsage>
