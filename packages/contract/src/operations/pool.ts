import { z } from 'zod'
import { pool as noun } from '../nouns/pool.ts'
import { operation } from './base.ts'

export const pool = {
  get: operation('servers.read')
    .route({ method: 'GET', path: '/endpoint-pool', tags: ['servers'] })
    .output(noun),
  /** Refused where the environment says what the pool is. */
  configure: operation('admin.system_config')
    .route({ method: 'PUT', path: '/endpoint-pool', tags: ['servers'] })
    .input(z.strictObject({ urls: z.array(z.string().max(4096)).max(4096).nullable().describe('In this order; null: generated ones') }))
    .output(noun),
}
