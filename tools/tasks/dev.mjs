// Builds anew on every change and restarts the server when its own code changed.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { serverEntry } from '../build-state.mjs'
import { build } from '../ensure-built.mjs'
import { root } from '../node-runtime.mjs'
import { bin } from '../run.mjs'

await build()
const children = [
  ...['ui', 'server'].map((app) =>
    spawn(process.execPath, [bin.vite, 'build', '--watch', '--logLevel', 'warn'], { cwd: join(root, 'apps', app), stdio: 'inherit' }),
  ),
  spawn(process.execPath, ['--watch', '--watch-preserve-output', serverEntry, 'serve', ...process.argv.slice(2)], { stdio: 'inherit' }),
]
const exits = children.map((child) => new Promise((resolve) => child.once('exit', resolve)))

let stopping = false
async function stop() {
  if (stopping) return
  stopping = true
  for (const child of children) child.kill('SIGTERM')
  await Promise.race([Promise.all(exits), new Promise((resolve) => setTimeout(resolve, 10_000))])
  process.exit()
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, stop)
