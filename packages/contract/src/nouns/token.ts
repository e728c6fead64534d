import { z } from 'zod'
import { timestamp } from './common.ts'

/** `client`: use profiles and discovery. `admin`: also manage everything over REST. */
export const tokenAccess = z.enum(['client', 'admin'])
export type TokenAccess = z.infer<typeof tokenAccess>

export const clientToken = z.object({
  id: z.uuid(),
  name: z.string(),
  /** First characters of the token, so that a person can tell which one it is. */
  prefix: z.string(),
  access: tokenAccess,
  profileIds: z.array(z.uuid()).nullable().describe('Null: every profile'),
  expiresAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable(),
  revokedAt: timestamp.nullable(),
  createdAt: timestamp,
})
export type ClientToken = z.infer<typeof clientToken>
