import { z } from 'zod'

const healthCheck = z.object({
  name: z.string(),
  ok: z.boolean(),
  ms: z.number().nonnegative(),
  code: z.string().nullable(),
  /** What exactly it found, e.g. `table profiles is missing`; never a path. */
  detail: z.string().nullable(),
})
export type HealthCheck = z.infer<typeof healthCheck>

export const readiness = z.object({
  status: z.enum(['ready', 'not_ready']),
  checks: z.array(healthCheck),
})
export type Readiness = z.infer<typeof readiness>

/** One finding of the doctor: what was looked at, what was seen, and the one safe thing to do. */
export const finding = z.object({
  check: z.string(),
  level: z.enum(['ok', 'info', 'warning', 'error']),
  message: z.string(),
  next: z.string().nullable(),
  code: z.string().optional().describe('Of the table of server problems'),
  evidence: z.array(z.string()).optional().describe('What was seen, line by line'),
})
export type Finding = z.infer<typeof finding>
