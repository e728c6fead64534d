import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, tempDir, waitFor } from '@local-mcp/testing'
import { expect, test } from 'vitest'
import { addMissing, missingOptional } from './lock-file.mjs'
import { root } from './node-runtime.mjs'

/** `npm start` as npm runs it: a shell, the bootstrap, the gateway, in a group of their own. */
async function npmStart(dir: string): Promise<{ npm: ChildProcess; group: number; gateway: number }> {
  const npm = spawn('npm', ['start', '--', '--json'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: '0', DATABASE_PATH: `${dir}/db.sqlite` },
  })
  let stdout = ''
  let stderr = ''
  npm.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  npm.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  await waitFor('the gateway', () => stdout.includes('"event":"ready"'), 60_000).catch((error: Error) => {
    throw new Error(`${error.message}\n${stderr}`)
  })
  const control = JSON.parse((await import('node:fs')).readFileSync(`${dir}/control.json`, 'utf8')) as { pid: number }
  return { npm, group: npm.pid as number, gateway: control.pid }
}

test('Ctrl-C in the terminal, which reaches everybody, ends everything in order', async () => {
  await using dir = await tempDir()
  const { npm, group, gateway } = await npmStart(dir.path)
  const ended = new Promise((resolve) => npm.once('exit', resolve))
  process.kill(-group, 'SIGINT')
  await ended
  await waitFor('the gateway to end', () => !isAlive(gateway), 8000)
  // Closed in order: nothing is left to be put right by the next start.
  for (const left of ['control.json', 'db.sqlite-wal', '.local-mcp-gateway-instance.lock.pid'])
    expect(existsSync(join(dir.path, left)), left).toBe(false)
})

test.each(['SIGTERM', 'SIGKILL'] as const)('%s to npm alone ends the gateway too', async (signal) => {
  await using dir = await tempDir()
  const { npm, gateway } = await npmStart(dir.path)
  npm.kill(signal)
  await waitFor('the gateway to end', () => !isAlive(gateway), 8000)
})

test('the lock file gets an entry for every platform, and none that it has already', () => {
  const lock = {
    packages: {
      '': { optionalDependencies: {} },
      'node_modules/tool': {
        optionalDependencies: { '@tool/cli-darwin-arm64': '1.2.3', '@tool/cli-linux-x64-musl': '1.2.3', '@tool/odd': '1.2.3' },
      },
    } as Record<string, object>,
  }
  expect(addMissing(lock)).toEqual(['@tool/odd@1.2.3'])
  expect(lock.packages['node_modules/@tool/cli-darwin-arm64']).toEqual({ version: '1.2.3', optional: true, os: ['darwin'], cpu: ['arm64'] })
  expect(lock.packages['node_modules/@tool/cli-linux-x64-musl']).toEqual({
    version: '1.2.3',
    optional: true,
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
  })
  expect([...missingOptional(lock).keys()]).toEqual(['@tool/odd'])
})
