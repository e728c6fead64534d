import { ensureBuilt } from '../ensure-built.mjs'
import { run } from '../run.mjs'

await ensureBuilt()
process.exit((await run('bench/bench.mjs', process.argv.slice(2))).code)
