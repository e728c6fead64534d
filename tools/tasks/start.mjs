// Opens the desktop app, or, where its window cannot be, serves the same for a browser. What is served is the same data.
import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { desktopApp, serverEntry } from '../build-state.mjs'
import { findElectron, whyNoWindow } from '../electron.mjs'
import { ensureBuilt } from '../ensure-built.mjs'

await ensureBuilt()
const args = process.argv.slice(2)
const electron = findElectron()
const why = args.length > 0 ? null : whyNoWindow()
if (electron && args.length === 0 && why === null) {
  const child = spawn(electron, [desktopApp], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, () => child.kill('SIGTERM'))
  child.once('exit', (code) => process.exit(code ?? 1))
} else {
  if (why) process.stderr.write(`• ${why}: open the link below in your browser.\n`)
  process.argv = [process.execPath, serverEntry, 'serve', ...args]
  await import(pathToFileURL(serverEntry).href)
}
