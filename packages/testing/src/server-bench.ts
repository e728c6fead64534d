import { readFileSync } from 'node:fs'
import { type GatewayProcess, runCliJson, startGateway } from './gateway-process.ts'
import { childrenOf, isAlive, pidsOf } from './processes.ts'
import { badServer, wrapper } from './servers.ts'
import { tempDir } from './temp-dir.ts'
import { waitFor } from './wait-for.ts'

const node = process.execPath

/** Ways in which programs are started, the command with its arguments, and how many processes that makes. */
const kindsOf = (tag: string) =>
  ({
    direct: [1, node, badServer, 'plain', tag],
    npx: [3, node, wrapper, node, badServer, 'plain', tag],
    sh: [2, 'sh', '-c', '"$@"; exit $?', 'sh', node, badServer, 'plain', tag],
    family: [2, node, badServer, 'grandchild', tag],
    stray: [2, node, badServer, 'stray', tag],
    stubborn: [1, node, badServer, 'stubborn', tag],
    'stubborn-npx': [3, node, wrapper, node, badServer, 'stubborn', tag],
  }) as const
export type ServerKind = keyof ReturnType<typeof kindsOf>
/** Those that end when they are told to. */
export const TIDY: readonly ServerKind[] = ['direct', 'npx', 'sh', 'family', 'stray']

let tags = 0
export interface ServerBench extends AsyncDisposable {
  readonly path: string
  readonly expected: number
  start(env?: Record<string, string>): Promise<GatewayProcess>
  /** Every process of the servers that lives. */
  pids(): number[]
}

/** A data folder with servers that start with the gateway, each of which counts its processes. */
export async function createServerBench(kinds: readonly ServerKind[]): Promise<ServerBench> {
  const dir = await tempDir()
  const tag = `bench-${process.pid}-${++tags}`
  const options = { databasePath: `${dir.path}/db.sqlite` }
  let expected = 0
  for (const [index, kind] of kinds.entries()) {
    const [count, command, ...args] = kindsOf(tag)[kind]
    expected += count
    const given = args.flatMap((arg) => ['--arg', arg])
    await runCliJson(options, 'server', 'add', '--name', `${kind}-${index}`, '--keep-alive', '--approve', '--command', command, ...given)
  }
  return {
    path: dir.path,
    expected,
    start: (env) => startGateway({ ...options, ...(env ? { env } : {}) }),
    pids: () => pidsOf(tag),
    async [Symbol.asyncDispose]() {
      // Only what a failed test left.
      for (const pid of pidsOf(tag)) process.kill(pid, 'SIGKILL')
      await dir[Symbol.asyncDispose]()
    },
  }
}

/** Waits until every process is there. @returns their pids */
export const allUp = (bench: ServerBench) =>
  waitFor(`${bench.expected} processes`, () => (bench.pids().length === bench.expected ? bench.pids() : null), 60_000)

/** @returns after how many milliseconds the last was gone; throws when it is not in time */
export async function untilGone(pids: readonly number[], ms: number): Promise<number> {
  const begun = performance.now()
  await waitFor('every process to be gone', () => !pids.some(isAlive), ms)
  return Math.round(performance.now() - begun)
}

/** The process that ends the servers when the gateway is killed. */
export const guardianOf = (gateway: GatewayProcess): number => {
  const [pid] = childrenOf(gateway.pid).filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0').includes('guardian'))
  if (!pid) throw new Error('There is no guardian')
  return pid
}

export const ALL_KINDS = Object.keys(kindsOf('')) as readonly ServerKind[]
