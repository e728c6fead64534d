import { z } from 'zod'
import { ref } from '../nouns/common.ts'
import { keyPlace, secret, secretName, secretUser, secretValue, vaultStatus } from '../nouns/secret.ts'
import { operation } from './base.ts'

const passphrase = z.string().min(12, 'Use at least 12 characters').max(1024)

export const secrets = {
  list: operation('servers.read')
    .route({ method: 'GET', path: '/secrets', tags: ['secrets'] })
    .output(z.array(secret)),
  create: operation('servers.update')
    .route({ method: 'POST', path: '/secrets', successStatus: 201, tags: ['secrets'] })
    .input(z.strictObject({ name: secretName, value: secretValue }))
    .output(secret),
  /** Servers that use it are started again with the new value. */
  replace: operation('servers.update')
    .route({ method: 'PUT', path: '/secrets/{secret}', tags: ['secrets'] })
    .input(z.strictObject({ secret: ref, value: secretValue }))
    .output(secret),
  delete: operation('servers.update')
    .route({ method: 'DELETE', path: '/secrets/{secret}', tags: ['secrets'] })
    .input(z.strictObject({ secret: ref, force: z.boolean().optional().describe('Delete it although servers use it') }))
    .output(z.object({ usedBy: z.array(secretUser).describe('Servers that miss it now') })),
  /** Looks for the key anew where it is kept. */
  vault: operation('servers.read')
    .route({ method: 'GET', path: '/secrets/vault', tags: ['secrets'] })
    .output(vaultStatus),
  unlock: operation('owner')
    .input(z.strictObject({ passphrase: z.string().max(1024).optional() }))
    .output(vaultStatus),
  /** Chooses where the key is kept; one that exists moves there. */
  keep: operation('owner')
    .input(
      z.strictObject({
        place: keyPlace,
        passphrase: passphrase.optional().describe('For place passphrase'),
        keyFile: z.string().max(4096).optional().describe('For place file; absent: beside the database'),
      }),
    )
    .output(vaultStatus),
  /** A new data key, and every value sealed with it. */
  rotate: operation('owner').output(
    z.object({
      sealed: z.int().describe('Values that are sealed with the new key'),
      left: z.int().describe('Damaged ones, left as they are'),
    }),
  ),
  /** Forgets former data keys that no value is sealed with. Secrets in backups from before the rotation cannot be opened any more. */
  purgeKeys: operation('owner').output(
    z.object({
      purged: z.int(),
      kept: z.int().describe('Former keys that values are still sealed with'),
    }),
  ),
}
