#!/usr/bin/env node
// The command's first step: hands over to a Node that can run the gateway. Runs on Node 18.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findNode } from '../../../tools/node-runtime.mjs'

const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'main.mjs')
const node = findNode()

if (!existsSync(main) || !node) {
  process.stderr.write('✗ Local MCP Gateway is not built yet.\n  Run `npm run build` in its folder first.\n')
  process.exit(1)
}

if (node === process.execPath) {
  await import(pathToFileURL(main).href)
} else {
  // The channel is how the gateway notices that this launcher was killed: it then stops too.
  const child = spawn(node, [main, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, LMG_LAUNCHED: '1' },
  })
  child.on('error', (error) => {
    process.stderr.write(`✗ Node could not be started: ${error.message}\n  Install Node 24 from https://nodejs.org.\n`)
    process.exit(1)
  })
  // On Windows a signal would end it at once; closing the channel asks it to end.
  const ask = (signal) => (process.platform === 'win32' ? child.connected && child.disconnect() : child.kill(signal))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => ask(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}
