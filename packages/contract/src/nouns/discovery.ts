import { z } from 'zod'

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
