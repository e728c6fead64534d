import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const script = (name) => join(root, 'bench/targets', name)
const { startGateway } = (
  await runnerImport(join(root, 'packages/testing/src/gateway-process.ts'), { root, configFile: false, logLevel: 'error' })
).module

/** How many servers the profile `many` has, with a hundred tools each. */
const MANY = 10

/** Starts a script that prints its origin. */
export async function startScript(name, ...args) {
  const child = spawn(process.execPath, [script(name), ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const origin = await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (line) => resolve(line.trim()))
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)))
  })
  return { url: `${origin}/mcp`, origin, pid: child.pid, stop: () => child.kill('SIGKILL') }
}

/**
 * The gateway with its servers configured once and restarted at will: profile `http` and `stdio` with one echo server
 * each, `many` with ten of a hundred tools.
 *
 * @param echo @param hundred origins of echo servers with 10 and 100 tools
 */
export async function prepareGateway(echo, hundred) {
  const folder = await mkdtemp(join(tmpdir(), 'lmg-bench-'))
  const options = { databasePath: join(folder, 'bench.db') }
  let running = await startGateway(options)
  const add = (name, ...flags) => running.cli('server', 'add', '--name', name, '--no-link', ...flags)
  await add('http', '--url', `${echo}/mcp`)
  await add('stdio', '--command', process.execPath, '--arg', script('echo-stdio.mjs'), '--approve')
  const many = Array.from({ length: MANY }, (_, index) => `many${index}`)
  for (const name of many) await add(name, '--url', `${hundred}/mcp`)
  for (const [name, servers] of Object.entries({ http: ['http'], stdio: ['stdio'], many })) {
    await running.cli('profile', 'create', '--name', name, ...servers.flatMap((server) => ['--server', server]))
  }
  const token = await running.token()
  return {
    folder,
    /** What drives the endpoint of a profile. */
    target: (profile) => ({ url: `${running.mcpUrl}/${profile}`, token, pid: running.pid }),
    /** Ends it and starts it again. @param env added to its environment */
    async restart(env = {}) {
      await running.stop()
      running = await startGateway({ ...options, env })
    },
    async stop() {
      await running.stop()
    },
    async remove() {
      await running.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
