import { z } from 'zod'
import { plainText, ref } from '../nouns/common.ts'
import { clientToken, rateLimits, right, timeWindow, tokenAccess, tokenUsage, unknownTokens, usageLimits } from '../nouns/token.ts'
import { operation } from './base.ts'

export const tokens = {
  list: operation('tokens.read')
    .route({ method: 'GET', path: '/tokens', tags: ['tokens'] })
    .output(z.array(clientToken)),
  create: operation('tokens.create')
    .route({ method: 'POST', path: '/tokens', successStatus: 201, tags: ['tokens'] })
    .input(
      z.strictObject({
        name: plainText.min(1).max(100),
        description: plainText.max(500).optional(),
        access: tokenAccess.exclude(['custom']).optional().describe('Absent: client, or what `permissions` says'),
        permissions: z.array(right).min(1).optional().describe('In the place of `access`'),
        profiles: z.array(ref).min(1).max(100).optional().describe('Absent: every profile'),
        servers: z.array(ref).min(1).max(100).optional().describe('Absent: every server'),
        addresses: z
          .array(z.string().trim().max(64))
          .min(1)
          .max(50)
          .optional()
          .describe('Addresses and networks such as 10.0.0.0/8 or ::1. Absent: every one'),
        timeWindow: timeWindow.optional(),
        usageLimits: usageLimits.optional(),
        expiresInDays: z.int().min(1).max(3650).nullable().optional().describe('Absent: 90 days. Null: never'),
        expiresAt: z.int().nonnegative().optional().describe('In the place of `expiresInDays`, ms UTC'),
      }),
    )
    .output(clientToken.extend({ token: z.string().describe('Shown this once; only its hash is kept') })),
  revoke: operation('tokens.revoke')
    .route({ method: 'DELETE', path: '/tokens/{token}', tags: ['tokens'] })
    .input(z.strictObject({ token: ref }))
    .output(clientToken),
  usage: operation('tokens.read')
    .route({ method: 'GET', path: '/tokens/{token}/usage', tags: ['tokens'] })
    .input(
      z.strictObject({
        token: ref,
        limit: z.coerce.number().pipe(z.int().min(1).max(200)).optional().describe('Absent: 50'),
        before: z.coerce.number().pipe(z.int().nonnegative()).optional().describe('`next` of the page before'),
      }),
    )
    .output(tokenUsage),
  unknown: operation('tokens.read')
    .route({ method: 'GET', path: '/unknown-tokens', tags: ['tokens'] })
    .output(unknownTokens),
  getRateLimits: operation('tokens.read')
    .route({ method: 'GET', path: '/settings/rate-limits', tags: ['tokens'] })
    .output(rateLimits),
  updateRateLimits: operation('admin.system_config')
    .route({ method: 'PATCH', path: '/settings/rate-limits', tags: ['tokens'] })
    .input(z.strictObject(rateLimits.partial().shape))
    .output(rateLimits),
}
