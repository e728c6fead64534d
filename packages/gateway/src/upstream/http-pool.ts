import { createRequire } from 'node:module'
import type { Pool } from 'undici'

let loaded: typeof Pool | null = null

/**
 * A pool of connections to one origin. Loaded when the first remote server is used, and without the rest of the
 * package: fetch, caches and sockets would take 60 ms of a start and 14 MB.
 */
export function createPool(...args: ConstructorParameters<typeof Pool>): Pool {
  loaded ??= createRequire(import.meta.url)('undici/lib/dispatcher/pool.js') as typeof Pool
  return new loaded(...args)
}
