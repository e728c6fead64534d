import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './node-runtime.mjs'

/** Where npm puts the entry files of the tools, so that they run on the Node that was chosen. */
export const bin = {
  biome: join(root, 'node_modules/@biomejs/biome/bin/biome'),
  drizzleKit: join(root, 'node_modules/drizzle-kit/bin.cjs'),
  electronBuilder: join(root, 'node_modules/electron-builder/cli.js'),
  knip: join(root, 'node_modules/knip/bin/knip.js'),
  playwright: join(root, 'node_modules/@playwright/test/cli.js'),
  tsc: join(root, 'node_modules/typescript/bin/tsc'),
  vite: join(root, 'node_modules/vite/bin/vite.js'),
  vitest: join(root, 'node_modules/vitest/vitest.mjs'),
}

/**
 * Runs a tool on this Node.
 * @param {string} script @param {string[]} args
 * @param {{ cwd?: string, quiet?: boolean, env?: Record<string, string> }} [options] quiet: its output is returned, not shown
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(script, args, { cwd = root, quiet = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    })
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    child.stderr?.on('data', (chunk) => {
      output += chunk
    })
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
