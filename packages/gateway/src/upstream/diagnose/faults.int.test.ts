import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { PROBLEMS, type ServerProblem } from '@local-mcp/contract'
import { silentLogger } from '@local-mcp/kernel'
import { tempDir } from '@local-mcp/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Certificates, makeCertificates } from '../../testing/faults/certificates.ts'
import type { RemoteFault, RemoteScene, Scene, StdioFault } from '../../testing/faults/fault.types.ts'
import { REMOTE_FAULTS } from '../../testing/faults/remote-faults.ts'
import { STDIO_FAULTS } from '../../testing/faults/stdio-faults.ts'
import { createConnection } from '../connection.ts'
import { UpstreamError } from '../problems.ts'
import { createProgramFinder } from '../programs/program-finder.ts'
import { createRemoteTransport } from '../remote-transport.ts'
import { createSseTransport } from '../sse-transport.ts'
import { createStdioTransport } from '../stdio-transport.ts'
import { createKeeper } from '../supervision/keeper.ts'
import type { Transport } from '../transport.ts'

const dir = await tempDir()
const open = new Set<Server>()
const sockets = new Set<Socket>()
let certificates: Certificates
let registry = ''
let folders = 0

async function listen(server: Server): Promise<number> {
  open.add(server)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const answer: RemoteScene['answer'] = async (status, headers, body) =>
  `http://127.0.0.1:${await listen(createHttpServer((_, res) => res.writeHead(status, headers).end(body)))}`

beforeAll(async () => {
  certificates = makeCertificates(join(dir.path, 'certificates'))
  // As NODE_EXTRA_CA_CERTS does when the gateway starts.
  setDefaultCACertificates([...getCACertificates('default'), certificates.ca])
  registry = await answer(404, { 'content-type': 'application/json' }, '{"error":"Not found"}')
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await Promise.all([...open].map((server) => new Promise((resolve) => server.close(resolve))))
  await dir[Symbol.asyncDispose]()
})

function scene(): Scene {
  const own = join(dir.path, `lmg-test-${++folders}`)
  mkdirSync(own)
  return {
    dir: own,
    registry,
    script(text, mode = 0o755) {
      const path = join(own, 'server')
      writeFileSync(path, text, { mode })
      return path
    },
  }
}

const remoteScene: RemoteScene = {
  answer,
  raw: (onConnection) => listen(createServer(onConnection)),
  tls: (kind) => listen(createTlsServer(certificates.of(kind), (socket) => socket.on('error', () => {}))),
}

const keeper = createKeeper(null, silentLogger)
afterAll(() => keeper.close())

function stdio({ make }: StdioFault): Transport {
  const { command, args = [], env = {}, cwd } = make(scene())
  return createStdioTransport({
    config: { command, args: [...args], env: { ...env }, ...(cwd ? { cwd } : {}) },
    env: process.env,
    secret: async () => null,
    defaultCwd: dir.path,
    programs: createProgramFinder({ env: process.env, shellFirst: false, shell: null }),
    agreed: null,
    keeper,
    onOutput() {},
  })
}

async function remote({ make, headers = {}, env = {}, sse, allowPrivateNetwork = true }: RemoteFault): Promise<Transport> {
  const config = { url: await make(remoteScene), headers: { ...headers }, allowPrivateNetwork }
  return sse
    ? createSseTransport({ config, referable: { env, secret: async () => null } })
    : createRemoteTransport({ config, referable: { env, secret: async () => null } })
}

/** Connects as the gateway does, and gives what went wrong. */
async function problemOf(transport: Transport, patience = 20_000): Promise<ServerProblem | null> {
  const ignore = () => {}
  const connection = createConnection(transport, 'test', {
    listChanged: ignore,
    resourceUpdated: ignore,
    log: ignore,
    elicitationComplete: ignore,
    rootsWanted: async () => Buffer.from('{"roots":[]}'),
    closed: ignore,
  })
  try {
    await connection.open(patience, patience < 20_000 ? 'legacy' : 'auto')
    return null
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return error.problem
  } finally {
    await connection.close()
  }
}

const wrong: string[] = []
const FAULTS = [...STDIO_FAULTS, ...REMOTE_FAULTS]

test.each(FAULTS)('$code: $name', async (fault) => {
  const transport =
    'headers' in fault || REMOTE_FAULTS.includes(fault as RemoteFault) ? await remote(fault as RemoteFault) : stdio(fault as StdioFault)
  const problem = await problemOf(transport, fault.patience)
  if (problem?.code !== fault.code) wrong.push(`${fault.name}: ${problem?.code ?? 'no problem'} instead of ${fault.code}`)
  expect(problem?.code, problem?.evidence.join('\n')).toBe(fault.code)
  expect(problem?.evidence.join('\n')).toMatch(fault.seen)
  expect(problem?.next).toBe(PROBLEMS[fault.code].next)
})

test('of all faults at least nine in ten are named right, and there are many', () => {
  const right = FAULTS.length - wrong.length
  process.stdout.write(`${right} of ${FAULTS.length} faults are named right${wrong.map((one) => `\n  ${one}`).join('')}\n`)
  expect(FAULTS.length).toBeGreaterThanOrEqual(40)
  expect(right / FAULTS.length).toBeGreaterThanOrEqual(0.9)
})

/** The page is written by the test (`npx vitest -u`), so it cannot be out of date. */
test('docs/reference/server-problems.md is the table', async () => {
  const rows = (faults: readonly (StdioFault | RemoteFault)[]) =>
    faults.map(({ name, code }) => `| ${name} | \`${code}\` | ${PROBLEMS[code].next} |`)
  const head = ['| What is wrong | Code | What to do |', '| --- | --- | --- |']
  const page = [
    '# Why a server does not start',
    '',
    'Generated from the faults that `packages/gateway/src/upstream/diagnose/faults.int.test.ts` injects with real programs and servers; each of them is named as it says here. The page of the server, `server status` and `doctor` show the code with what was seen: last lines of the program, exit code or signal, the program that was found, the PATH that was searched, the answer of the server, names and dates of its certificate.',
    '',
    '## A command',
    '',
    ...head,
    ...rows(STDIO_FAULTS),
    '',
    '## A URL',
    '',
    ...head,
    ...rows(REMOTE_FAULTS),
    '',
  ].join('\n')
  await expect(page).toMatchFileSnapshot('../../../../../docs/reference/server-problems.md')
})
