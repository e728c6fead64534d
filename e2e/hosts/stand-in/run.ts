// What Electron's executable does: runs the app's main script, with `electron` as a module, and speaks to a debugger
// where it is asked to.
import { existsSync, readFileSync } from 'node:fs'
import inspector from 'node:inspector'
import { registerHooks } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ownApp } from './app.ts'
import { startBrowser } from './browser.ts'

const standIn = new URL('./electron.ts', import.meta.url).href
registerHooks({
  resolve: (name, context, next) => (name === 'electron' ? { url: standIn, shortCircuit: true } : next(name, context)),
})

const executable = resolve(process.env.LMG_STAND_IN_EXECUTABLE ?? process.argv[1] ?? '')
const given = process.argv.slice(2)
const isDebugged = given.includes('--inspect=0')
const own = given.filter((arg) => !['--inspect=0', '--remote-debugging-port=0', '--no-sandbox'].includes(arg))
const packed = join(dirname(executable), 'resources', 'app')
const isPackaged = process.env.LMG_STAND_IN_PACKAGED === '1'
const appDir = isPackaged ? packed : resolve(own[0] ?? '.')
if (!existsSync(join(appDir, 'package.json'))) throw new Error(`There is no app in ${appDir}`)

// As a packaged Electron has it: whoever starts this again starts the app, not Node.
process.argv = isPackaged ? [executable, ...own] : [executable, appDir, ...own.slice(1)]
process.execPath = executable
Object.defineProperty(process.versions, 'electron', { value: '45.4.1' })

const run = Promise.withResolvers<void>()
if (isDebugged) {
  Object.assign(globalThis, { __playwright_run: () => run.resolve() })
  inspector.open(0, '127.0.0.1')
  // A debugger that asks for windows is one that waits for the browser.
  void startBrowser().then(({ url }) => process.stderr.write(`DevTools listening on ${url}\n`))
} else run.resolve()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ownApp.quit())
const { main } = JSON.parse(readFileSync(join(appDir, 'package.json'), 'utf8')) as { main: string }
// A test that is gone leaves nothing behind.
const parent = process.ppid
if (isDebugged) setInterval(() => process.ppid !== parent && ownApp.exit(1), 1000).unref()
await import(pathToFileURL(join(appDir, main)).href)
await run.promise
ownApp.becomeReady()
