import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  allUp,
  childrenOf,
  createServerBench,
  type GatewayProcess,
  guardianOf,
  isAlive,
  openRawSession,
  type ServerBench,
  TIDY,
  untilGone,
  waitFor,
} from '@local-mcp/testing'
import { expect, onTestFinished, test } from 'vitest'

const main = fileURLToPath(new URL('../dist/main.mjs', import.meta.url))

/** Loaded into the gateway: what goes wrong when it is told to, or at a moment of the start. */
const FAULTS: Readonly<Record<string, string>> = {
  'uncaught exception': "throw new Error('boom')",
  'process.abort()': 'process.abort()',
  'process.exit(1)': 'process.exit(1)',
  'out of memory': 'const all = []; for (;;) all.push(new Array(100_000).fill(all.length))',
  'unhandled rejection': "Promise.reject(new Error('boom'))",
}

type Way = (gateway: GatewayProcess, bench: ServerBench) => Promise<void> | void
const signals = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGABRT', 'SIGSEGV'] as const
const WAYS: Readonly<Record<string, Way>> = {
  ...Object.fromEntries(signals.map((signal): [string, Way] => [signal, ({ child }) => void child.kill(signal)])),
  ...Object.fromEntries(Object.keys(FAULTS).map((name): [string, Way] => [name, ({ child }) => void child.kill('SIGUSR2')])),
  async 'SIGKILL during a call'(gateway) {
    await hang(gateway)
    gateway.child.kill('SIGKILL')
  },
  async 'SIGTERM during a call'(gateway) {
    await hang(gateway)
    gateway.child.kill('SIGTERM')
  },
  'the guardian first': (gateway) => {
    process.kill(guardianOf(gateway), 'SIGKILL')
    return waitFor('another guardian', () =>
      childrenOf(gateway.pid).some((pid) => readFileSync(`/proc/${pid}/cmdline`).includes('guardian')),
    ).then(() => void gateway.child.kill('SIGKILL'))
  },
}

async function hang(gateway: GatewayProcess): Promise<void> {
  const session = await openRawSession(`${gateway.mcpUrl}/default`, await gateway.token())
  await session.request(1, 'tools/list')
  session.request(2, 'tools/call', { name: 'hang' }).catch(() => {})
  await waitFor('the call', async () => (await gateway.cli<unknown[]>('server', 'ls')).length > 0)
}

test.each(Object.entries(WAYS))('%s: no process of a server is left after two seconds', async (name, end) => {
  await using bench = await createServerBench(TIDY)
  const fault = FAULTS[name]
  const preload = `${bench.path}/fault.cjs`
  if (fault) writeFileSync(preload, `process.on('SIGUSR2', () => { ${fault} })`)
  const memory = name === 'out of memory' ? ' --max-old-space-size=128' : ''
  await using gateway = await bench.start(fault ? { NODE_OPTIONS: `--require ${preload}${memory}` } : {})
  const pids = await allUp(bench)
  await end(gateway, bench)
  if (name === 'unhandled rejection') {
    // A bug of ours that harms nobody is no reason to end everybody's calls.
    await waitFor('it to be logged', () => gateway.stderr().includes('boom'))
    expect(pids.filter(isAlive)).toEqual(pids)
    gateway.child.kill('SIGTERM')
  }
  if (name === 'out of memory') await gateway.exited
  await untilGone(pids, 2000)
  await gateway.exited
  expect(bench.pids()).toEqual([])
})

test.each(['SIGTERM', 'SIGKILL'] as const)('%s while servers start: none is left after two seconds', async (signal) => {
  await using bench = await createServerBench(TIDY)
  await using gateway = await bench.start()
  await waitFor('the first process', () => bench.pids().length > 0)
  gateway.child.kill(signal)
  await gateway.exited
  await waitFor('every process to be gone', () => bench.pids().length === 0, 2000)
})

test('the terminal is closed: no process is left after two seconds', async () => {
  await using bench = await createServerBench(TIDY)
  const terminal = spawn('script', ['-qfec', `exec ${process.execPath} ${main} serve`, '/dev/null'], {
    env: { ...process.env, PORT: '0', DATABASE_PATH: `${bench.path}/db.sqlite` },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  onTestFinished(() => void terminal.kill('SIGKILL'))
  const pids = await allUp(bench)
  // The kernel tells everybody in it when the master side is closed.
  terminal.kill('SIGKILL')
  await untilGone(pids, 2000)
  expect(bench.pids()).toEqual([])
})

test('what cannot be written down is ended all the same', async () => {
  await using bench = await createServerBench(TIDY)
  // Like a disk without room, for this one file.
  mkdirSync(`${bench.path}/.local-mcp-gateway-servers`)
  await using gateway = await bench.start()
  const pids = await allUp(bench)
  expect(gateway.stderr()).toContain('EISDIR')
  gateway.child.kill('SIGKILL')
  await untilGone(pids, 2000)
  expect(bench.pids()).toEqual([])
})
