// The proofs of docs/durability.md, docs/robustness.md and docs/supervision.md at their full size: more than an hour. `npm test` runs the same in small.
import { ensureBuilt } from '../ensure-built.mjs'
import { bin, run } from '../run.mjs'

await ensureBuilt()
const asked = process.argv.slice(2)
const ENDURANCE = ['packages/database/src/', 'packages/gateway/src/upstream/supervision/', 'packages/runtime/src/', 'apps/server/src/']
const files = asked.length > 0 ? asked : ENDURANCE
const { code } = await run(bin.vitest, ['run', ...files], { env: { LMG_ENDURANCE: '1' } })
process.exit(code)
