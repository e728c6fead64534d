import { z } from 'zod'
import { plainText, timestamp, version, visibility } from './common.ts'
import { apiKey } from './secret.ts'
import { toolPolicy } from './tool.ts'

const serverType = z.enum(['remote_http', 'remote_sse', 'external', 'builtin', 'custom'])
export type ServerType = z.infer<typeof serverType>

/** Types that a person can create today; the others are named in the table already and come later. */
export const CREATABLE_TYPES = ['external', 'remote_http', 'remote_sse'] as const satisfies readonly ServerType[]

const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Use letters, digits and underscores, not starting with a digit')
const noNul = (text: string) => !text.includes('\0')
const argument = z.string().max(32_768).refine(noNul, 'Must not hold a NUL character')

/** What may be spoken with the server; absent is `auto`: the newest that it understands. */
const protocol = z.enum(['auto', 'legacy', '2026-07-28']).optional().describe('Revision to speak; auto finds out. legacy: up to 2025-11-25')

/** A program on this computer that speaks MCP over stdin and stdout. It is started without a shell. */
export const externalConfig = z.strictObject({
  command: z.string().trim().min(1).max(4096).refine(noNul, 'Must not hold a NUL character'),
  args: z.array(argument).max(256).default([]),
  env: z
    .record(envName, argument)
    .default({})
    .describe(
      'Added to a minimal environment. {{secret:name}} takes a stored secret, {{source:name.key}} a value of a source, {{env:NAME}} a variable of the gateway',
    ),
  cwd: z.string().min(1).max(4096).refine(noNul, 'Must not hold a NUL character').optional(),
  allowReservedEnv: z.boolean().optional().describe('Consent to variables such as NODE_OPTIONS, which decide what code runs'),
  protocol,
})
export type ExternalConfig = z.infer<typeof externalConfig>

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'Not a valid header name')
const headerValue = z
  .string()
  .max(8192)
  .regex(/^[^\r\n\0]*$/, 'Must be one line')

const httpUrl = z.url({ protocol: /^https?$/, error: 'Use a URL that starts with https:// or http://' }).max(2048)

const remoteConfig = z.strictObject({
  url: httpUrl,
  headers: z
    .record(headerName, headerValue)
    .default({})
    .describe(
      'Sent with every request. {{secret:name}} takes a stored secret, {{source:name.key}} a value of a source, {{env:NAME}} a variable of the gateway',
    ),
  allowPrivateNetwork: z.boolean().default(false).describe('Consent to a target on this computer or in the local network'),
})

/** A server that is reached over Streamable HTTP. */
export const remoteHttpConfig = remoteConfig.extend({ protocol })
export type RemoteHttpConfig = z.infer<typeof remoteHttpConfig>

/** A server that is reached over HTTP+SSE, the carrier of 2024-11-05; `url` is that of the stream. */
export const remoteSseConfig = remoteConfig.extend({
  postEndpoint: httpUrl.optional().describe('Where to post, if not where the stream says; on the same origin as the stream'),
})
export type RemoteSseConfig = z.infer<typeof remoteSseConfig>

const builtinConfig = z.strictObject({ builtinId: z.string() })

const serverConfig = z.union([externalConfig, remoteHttpConfig, remoteSseConfig, builtinConfig])
export type ServerConfig = z.infer<typeof serverConfig>

const serverState = z.enum(['connected', 'disconnected', 'connecting', 'error', 'auth_required', 'approval_required', 'disabled'])
export type ServerState = z.infer<typeof serverState>

/** Why a server is not connected, and what to do about it. */
const serverProblem = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  evidence: z.array(z.string()).describe('Last lines of stderr, exit code, resolved path: what was seen'),
})
export type ServerProblem = z.infer<typeof serverProblem>

export const serverStatus = z.object({
  state: serverState,
  problem: serverProblem.nullable(),
  /** When the state began. */
  since: timestamp,
  /** Null for servers that are not a process of ours, and while it is not running. */
  pid: z.int().nullable(),
  program: z.string().nullable().describe('Absolute path of the program that was started last; null before, and for a URL'),
  protocolVersion: z.string().nullable(),
  serverInfo: z.object({ name: z.string(), version: z.string() }).nullable(),
  toolCount: z.int().nonnegative().nullable().describe('Null until the tools were listed for the first time'),
})
export type ServerStatus = z.infer<typeof serverStatus>

/** One change of a server's state that is worth to be remembered, the newest first. */
export const serverMoment = z.object({
  at: timestamp,
  state: serverState,
  code: z.string().nullable().describe('Of the problem, where there is one'),
  message: z.string().nullable(),
  pid: z.int().nullable(),
})
export type ServerMoment = z.infer<typeof serverMoment>

export const serverName = plainText.min(1).max(255)

export const server = z.object({
  id: z.uuid(),
  name: z.string(),
  slug: z.string().describe('Prefix of its tools where names collide'),
  type: serverType,
  config: serverConfig,
  apiKey: apiKey.nullable().describe('The key that is sent to it; never its value'),
  enabled: z.boolean(),
  approved: z.boolean().describe('Whether a person agreed to what it runs or where it connects'),
  endpoint: z.url().describe('The URL of this one server'),
  visibility,
  profileIds: z.array(z.uuid()),
  sourceIds: z.array(z.uuid()).describe('Sources that it may refer to'),
  missingSources: z.array(z.string()).describe('Names of sources that it had or refers to and does not have'),
  timeoutMs: z.int(),
  keepAlive: z.boolean().describe('Started with the gateway, and not ended when nobody uses it'),
  toolPolicy,
  toolChanges: z.int().nonnegative().describe('Tools and prompts that are new, gone or changed since they were accepted'),
  presetId: z.string().nullable().describe('The preset that it was filled in from'),
  status: serverStatus,
  version,
  createdAt: timestamp,
  updatedAt: timestamp,
})
export type Server = z.infer<typeof server>

/** A server that was deleted and can come back as it was. */
export const deletedServer = z.object({
  id: z.uuid(),
  name: z.string(),
  slug: z.string(),
  type: serverType,
  endpoint: z.url().describe('Stays its own until it is purged'),
  profileIds: z.array(z.uuid()).describe('Profiles that get it back with it'),
  nameTaken: z.boolean().describe('Another server has its name by now: it needs a new one to come back'),
  deletedAt: timestamp,
})
export type DeletedServer = z.infer<typeof deletedServer>

export const serverLog = z.object({
  lines: z.array(
    z.object({
      at: timestamp,
      source: z.enum(['stderr', 'stdout']).describe('stdout: what was no message there'),
      text: z.string().describe('Secrets that were recognised are replaced by •••'),
    }),
  ),
  dropped: z.int().nonnegative().describe('Older lines that are no longer kept: 256 KB are'),
})
export type ServerLog = z.infer<typeof serverLog>

const offerChanges = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  modified: z.array(z.string()).describe('Same name, another definition'),
})
export type OfferChanges = z.infer<typeof offerChanges>

export const serverRefresh = z.object({
  status: serverStatus,
  tools: offerChanges,
  resources: offerChanges.describe('By URI'),
  resourceTemplates: offerChanges.describe('By URI template'),
  prompts: offerChanges,
})
export type ServerRefresh = z.infer<typeof serverRefresh>

export const serverSettings = z.object({
  idleMinutes: z
    .number()
    .min(0)
    .max(10_080)
    .describe('A command that nobody used for so long is ended, unless it is kept running; the next call starts it. 0: never'),
})
export type ServerSettings = z.infer<typeof serverSettings>
