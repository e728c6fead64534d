/** The build puts the worker beside the bundle; from the sources Node runs it as it is written. */
const fromSource = import.meta.url.endsWith('.ts')
export const WORKER_ENTRY = new URL(fromSource ? './database-worker.ts' : './database-worker.mjs', import.meta.url)
export const WORKER_ARGV = fromSource ? ['--experimental-strip-types', '--no-warnings'] : []
