import { z } from 'zod'
import { timestamp } from './common.ts'

/** One row of agent discovery. */
export const discoveredServer = z.object({
  id: z.uuid(),
  name: z.string(),
  status: z.string(),
  version: z.string().nullable(),
  transport: z.enum(['stdio', 'http', 'sse', 'builtin']),
  capabilities: z.record(z.string(), z.unknown()),
  description: z.string().nullable(),
  endpoint: z.url(),
})
export type DiscoveredServer = z.infer<typeof discoveredServer>

export const discoveredStatus = z.object({
  id: z.uuid(),
  name: z.string(),
  status: z.string(),
  /** When it began. */
  since: timestamp,
  problem: z.object({ code: z.string(), message: z.string(), next: z.string() }).nullable(),
})
export type DiscoveredStatus = z.infer<typeof discoveredStatus>
