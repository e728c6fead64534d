import { z } from 'zod'
import { timestamp } from './common.ts'

/** One tools/call through the gateway. Holds no argument and no result. */
export const call = z.object({
  id: z.string(),
  at: timestamp,
  profileSlug: z.string(),
  serverId: z.uuid().nullable(),
  tool: z.string(),
  accountName: z.string().nullable().describe('Who the call was made as, where the profile names an account'),
  tokenName: z.string().nullable(),
  clientName: z.string().nullable(),
  status: z.enum(['pending', 'success', 'error', 'timeout', 'cancelled']),
  errorCode: z.string().nullable(),
  durationMs: z.number().nonnegative().nullable(),
})
export type Call = z.infer<typeof call>
