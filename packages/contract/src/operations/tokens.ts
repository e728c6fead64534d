import { z } from 'zod'
import { plainText, ref } from '../nouns/common.ts'
import { clientToken, tokenAccess } from '../nouns/token.ts'
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
        access: tokenAccess.optional(),
        profiles: z.array(ref).min(1).max(100).optional().describe('Absent: every profile'),
        expiresInDays: z.int().min(1).max(3650).nullable().optional().describe('Absent: 90 days. Null: never'),
      }),
    )
    .output(clientToken.extend({ token: z.string().describe('Shown this once; only its hash is kept') })),
  revoke: operation('tokens.revoke')
    .route({ method: 'DELETE', path: '/tokens/{token}', tags: ['tokens'] })
    .input(z.strictObject({ token: ref }))
    .output(clientToken),
}
