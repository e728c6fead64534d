// The proofs of docs/durability.md at their full size: an hour or so. `npm test` runs the same in small.
import { ensureBuilt } from '../ensure-built.mjs'
import { bin, run } from '../run.mjs'

await ensureBuilt()
const { code } = await run(
  bin.vitest,
  [
    'run',
    '--project',
    'integration',
    '--testTimeout=7200000',
    ...(process.argv.length > 2 ? process.argv.slice(2) : ['packages/database', 'apps/server']),
  ],
  { env: { LMG_ENDURANCE: '1' } },
)
process.exit(code)
