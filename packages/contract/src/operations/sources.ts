import { z } from 'zod'
import { ref, timestamp } from '../nouns/common.ts'
import { source as noun, sourceMetadata, sourceName, sourceType } from '../nouns/source.ts'
import { flag, operation, queryFlag } from './base.ts'

const secretKeys = z
  .array(z.string().max(100))
  .max(64)
  .describe('For type generic: keys that are secret though neither name nor value says so')

export const sources = {
  list: operation('sources.read')
    .route({ method: 'GET', path: '/sources', tags: ['sources'] })
    .output(z.array(noun)),
  get: operation('sources.read')
    .route({ method: 'GET', path: '/sources/{source}', tags: ['sources'] })
    .input(z.strictObject({ source: ref }))
    .output(noun),
  create: operation('sources.create')
    .route({ method: 'POST', path: '/sources', successStatus: 201, tags: ['sources'] })
    .input(z.strictObject({ name: sourceName, type: sourceType, metadata: sourceMetadata, secretKeys: secretKeys.optional() }))
    .output(noun),
  update: operation('sources.update')
    .route({ method: 'PUT', path: '/sources/{source}', tags: ['sources'] })
    .input(
      z.strictObject({
        source: ref,
        name: sourceName.optional(),
        type: z.string().optional().describe('Immutable: refused when it differs'),
        metadata: sourceMetadata.optional().describe('Replaces all; a secret that is sent as it was shown stays'),
        secretKeys: secretKeys.optional(),
        updatedAt: timestamp.optional().describe('As it was read: a change in between is a CONFLICT'),
      }),
    )
    .output(noun),
  delete: operation('sources.delete')
    .route({
      method: 'DELETE',
      path: '/sources/{source}',
      tags: ['sources'],
      spec: queryFlag('force', 'Delete it though servers use it: they then miss it'),
    })
    .input(z.strictObject({ source: ref, force: flag.optional() }))
    .output(z.object({ serverIds: z.array(z.uuid()).describe('Servers that miss it now') })),
}
