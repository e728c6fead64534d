import { z } from 'zod'
import { KNOWN_CLIENT_IDS } from '../client-snippets.ts'
import { timestamp } from './common.ts'

export const knownClient = z.enum(KNOWN_CLIENT_IDS)

/** Why the file of a client could not be read. */
export const fileProblem = z.enum(['no_access', 'not_a_file', 'too_big', 'no_answer', 'syntax'])
export type FileProblem = z.infer<typeof fileProblem>

/** An entry of a client that leads here, or seems to have led here once. */
export const clientEntry = z.object({
  name: z.string(),
  /** `bridge`: it starts our command. */
  kind: z.enum(['url', 'bridge']),
  /** Null: the address of a single server, or of no profile that is known. */
  profileSlug: z.string().nullable(),
  /** False: it is like one of ours, but leads to another port. */
  here: z.boolean(),
  disabled: z.boolean(),
  /** The token in it, as far as it is written there: `elsewhere` is a variable. A bridge needs none. */
  token: z.object({
    state: z.enum(['valid', 'ended', 'unknown', 'absent', 'elsewhere', 'not_needed']),
    id: z.uuid().nullable(),
    name: z.string().nullable(),
  }),
})
export type ClientEntry = z.infer<typeof clientEntry>

/** What the files on this computer tell about one client. */
export const foundClient = z.object({
  client: knownClient,
  installed: z.boolean(),
  /** The file or folder that shows it; null where nothing does. */
  evidence: z.string().nullable(),
  /** The file that lists its servers. */
  file: z.string(),
  fileState: z.enum(['missing', 'read', 'unreadable']),
  problem: fileProblem.nullable(),
  entries: z.array(clientEntry).max(20),
  /** Names of the other servers that it lists. */
  others: z.array(z.string()).max(100),
})
export type FoundClient = z.infer<typeof foundClient>

export const refusalReason = z.enum([
  'no_token',
  'unknown_token',
  'revoked',
  'expired',
  'profile',
  'server',
  'permission',
  'address',
  'time',
  'rate_limit',
  'usage_limit',
  'no_profile',
  'wrong_address',
  'host',
  'origin',
  'other',
])
export type RefusalReason = z.infer<typeof refusalReason>

/** Something that a client did at the door for the first time, or again after a while. Holds no token and nothing of what was sent. */
export const arrival = z.object({
  id: z.string(),
  kind: z.enum(['refused', 'connected', 'listed']),
  /** When it was seen last. */
  at: timestamp,
  count: z.int(),
  /** Null: no token, one that nobody knows, or a bridge. */
  tokenId: z.uuid().nullable(),
  tokenName: z.string().nullable(),
  /** It came over a bridge, which needs no token. */
  bridge: z.boolean(),
  /** Where it went: the slug as it was asked for. */
  profileSlug: z.string().nullable(),
  /** What it calls itself. */
  client: z.object({ name: z.string(), version: z.string().nullable() }).nullable(),
  protocolVersion: z.string().nullable(),
  reason: refusalReason.nullable().describe('Of a refused one'),
  tools: z.int().nullable().describe('Of a listed one: how many it was shown'),
})
export type Arrival = z.infer<typeof arrival>
