import { z } from 'zod'

/** Milliseconds since 1970-01-01 UTC. */
export const timestamp = z.int().nonnegative()

/** Names one profile or server by id or by slug. */
export const ref = z.string().trim().min(1).max(255)

/** Counts the changes of a row; sent back with an update so that a stale edit is noticed. */
export const version = z.int().positive()

export const visibility = z.enum(['private', 'team', 'public'])
export type Visibility = z.infer<typeof visibility>

/** Text of one line without control characters and without marks that turn the direction of what follows. */
export const plainText = z
  .string()
  .trim()
  .regex(/^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u, 'Must not hold control characters')
