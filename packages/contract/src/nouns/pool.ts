import { z } from 'zod'
import { timestamp } from './common.ts'

/** One address that a server can have for itself. */
export const poolSlot = z.object({
  slot: z.int().positive().describe('Its place: a new server takes the first free one'),
  url: z.string(),
  /** The server that has it; its name only where the viewer may see that server. */
  holder: z.object({ id: z.uuid(), name: z.string().nullable(), deletedAt: timestamp.nullable() }).nullable(),
  retiredAt: timestamp.nullable().describe('It is no longer in the list: who has it keeps it, nobody else gets it'),
  warning: z
    .enum(['not_loopback', 'other_port'])
    .nullable()
    .describe('not_loopback: reachable only where that name is routed to this computer. other_port: the gateway does not listen there'),
})
export type PoolSlot = z.infer<typeof poolSlot>

export const badPoolEntry = z.object({
  entry: z.string().describe('As it was written, cut short and without credentials'),
  reason: z.enum(['not_url', 'not_http', 'credentials', 'has_query', 'too_long', 'reserved', 'duplicate']),
})
export type BadPoolEntry = z.infer<typeof badPoolEntry>

/** The addresses that servers get, each for one server alone. */
export const pool = z.object({
  from: z.enum(['environment', 'settings', 'generated']),
  slots: z.array(poolSlot),
  free: z.int().nonnegative(),
  bad: z.array(badPoolEntry).describe('Entries that were skipped'),
  moved: z.int().nonnegative().describe('Servers whose address changed with the port at this start'),
})
export type Pool = z.infer<typeof pool>
