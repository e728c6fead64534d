import { join } from 'node:path'
import { isBuilt, markBuilt, sourcesHash } from './build-state.mjs'
import { root } from './node-runtime.mjs'
import { bin, run } from './run.mjs'

/** A preload script has another form than the rest of its app, so that it is a build of its own. */
const BUILDS = [{ app: 'ui' }, { app: 'server' }, { app: 'desktop' }, { app: 'desktop', env: { LMG_BUILD: 'preload' } }]

/** Builds the window and both hosts. Exits with the output of the step that failed. */
export async function build() {
  const hash = sourcesHash()
  for (const { app, env } of BUILDS) {
    const { code, output } = await run(bin.vite, ['build', '--logLevel', 'warn'], { cwd: join(root, 'apps', app), quiet: true, env })
    if (code !== 0) {
      process.stderr.write(`✗ Building apps/${app} failed\n${output}\n`)
      process.exit(1)
    }
  }
  markBuilt(hash)
}

export async function ensureBuilt() {
  if (isBuilt()) return
  process.stderr.write('• Building …\n')
  const started = Date.now()
  await build()
  process.stderr.write(`  done in ${Math.round((Date.now() - started) / 100) / 10} s\n`)
}
