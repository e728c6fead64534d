import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingOptional } from '../lock-file.mjs'
import { root } from '../node-runtime.mjs'
import { checkRooms } from '../rooms.mjs'
import { bin, run } from '../run.mjs'

let failed = false
const report = (name, ok, output) => {
  process.stdout.write(`${ok ? '✓' : '✗'} ${name}\n${ok ? '' : `${output.trimEnd()}\n`}`)
  failed ||= !ok
}

const lint = await run(bin.biome, ['check', '--colors=off', '.'], { quiet: true })
report('lint and format', lint.code === 0, lint.output)

const rooms = ['packages', 'apps'].flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)))
for (const room of [...rooms, 'e2e'].filter((dir) => existsSync(join(root, dir, 'tsconfig.json')))) {
  const types = await run(bin.tsc, ['-p', room], { quiet: true })
  report(`types of ${room}`, types.code === 0, types.output)
}

const wrong = checkRooms(root)
report('rooms', wrong.length === 0, wrong.join('\n'))

const missing = [...missingOptional(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))).keys()]
report('lock file', missing.length === 0, `Packages of other platforms are missing: run \`npm run lock\`.\n${missing.join('\n')}`)

const dead = await run(bin.knip, ['--no-progress'], { quiet: true })
report('dead code', dead.code === 0, dead.output)

process.exit(failed ? 1 : 0)
