// Other gateways from npm, beside the same references. Never dependencies of ours: they go to a temporary folder.
// mcp-hub is not among them: it offers clients HTTP+SSE only, which the load generator does not speak.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { HttpSession } from './load/http-session.mjs'
import { median } from './load/statistics.mjs'
import { measureLatency, measureRate } from './measure.mjs'

const STDIO = fileURLToPath(new URL('targets/echo-stdio.mjs', import.meta.url))
export const PEER_HEADER = ['Peer', 'added p50 × proxy', 'CPU per call × proxy', 'calls/s × proxy, 16 in flight']
const START_LIMIT = 30_000

/** Package, its entry file, and how it is told what to serve. */
const PEERS = [
  {
    name: 'mcp-proxy',
    version: '6.7.19',
    entry: 'dist/bin/mcp-proxy.mjs',
    args: (port) => ['--port', port, '--host', '127.0.0.1', '--server', 'stream', '--', process.execPath, STDIO],
  },
  {
    name: 'supergateway',
    version: '4.0.0',
    entry: 'dist/index.js',
    args: (port) => [
      '--stdio',
      `"${process.execPath}" "${STDIO}"`,
      '--outputTransport',
      'streamableHttp',
      '--stateful',
      '--port',
      port,
      '--logLevel',
      'none',
    ],
  },
]

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(String(port)))
    })
  })

function npmInstall(folder) {
  return new Promise((resolve) => {
    const packages = PEERS.map(({ name, version }) => `${name}@${version}`)
    const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', ...packages]
    spawn('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] }).on('close', resolve)
  })
}

/** Asks until the endpoint lists a tool that echoes. @returns a target */
async function ready(url, pid) {
  for (const deadline = Date.now() + START_LIMIT; Date.now() < deadline; await wait(100)) {
    try {
      const session = await new HttpSession({ url }).open()
      const { result } = await session.call('tools/list')
      const tool = result.tools.find(({ name }) => /(^|[^a-z])echo$/.test(name))?.name
      await session.close()
      if (tool) return { url, pid, tool }
    } catch {
      // Not yet.
    }
  }
  throw new Error(`It did not serve within ${START_LIMIT / 1000} s`)
}

async function measurePeer({ name, version, entry, args }, folder, references, ms, rounds) {
  const label = `${name} ${version} (stdio)`
  const port = await freePort()
  const child = spawn(process.execPath, [join(folder, 'node_modules', name, entry), ...args(port)], {
    stdio: 'ignore',
    cwd: folder,
  })
  try {
    const target = await ready(`http://127.0.0.1:${port}/mcp`, child.pid)
    const samples = []
    for (let round = 0; round < rounds; round++) {
      samples.push({
        ...(await measureLatency(references, 'peer', target, ms)),
        ...(await measureRate(references, 'peer', target, [16, 1], ms)),
      })
    }
    const [added, cpu, rate] = ['peer.added', 'peer.cpu', 'peer.16x1'].map((key) => median(samples.map((sample) => sample[key])).toFixed(2))
    return [label, added, cpu, rate]
  } catch (error) {
    return [label, `could not be measured: ${error.message}`, '', '']
  } finally {
    child.kill('SIGTERM')
    await wait(500)
    child.kill('SIGKILL')
  }
}

/** Installs them, measures one after another, removes them. @returns rows under PEER_HEADER */
export async function comparePeers(references, ms, rounds) {
  const folder = await mkdtemp(join(tmpdir(), 'lmg-peers-'))
  try {
    await npmInstall(folder)
    const rows = []
    for (const peer of PEERS) rows.push(await measurePeer(peer, folder, references, ms, rounds))
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
