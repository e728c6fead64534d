import { join } from 'node:path'
import { reportBundle } from '../bundle.mjs'
import { build } from '../ensure-built.mjs'
import { root } from '../node-runtime.mjs'

await build()
const { fits, text } = reportBundle(join(root, 'apps/ui/dist'))
process.stdout.write(`${fits ? '✓' : '✗'} ${text}\n`)
process.exit(fits ? 0 : 1)
