import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CONTROL_PATH } from './fake-authorization.ts'
import { CONTROLS, type FakeAuthorization, type FakeControl, type Settings } from './fake-authorization.types.ts'

const entry = fileURLToPath(new URL('./authorization-process-entry.ts', import.meta.url))

/** The fake in a process of its own, for tests in which its clients are processes that are killed. */
export async function startAuthorizationProcess(initial: Partial<Settings> = {}): Promise<FakeAuthorization> {
  const child = spawn(process.execPath, ['--experimental-strip-types', '--no-warnings', entry, JSON.stringify(initial)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const { origin, mcpUrl } = await new Promise<{ origin: string; mcpUrl: string }>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (line: string) => resolve(JSON.parse(line)))
    child.once('exit', (code) => reject(new Error(`The fake ended with ${code}`)))
  })
  const call = async (name: string, args: readonly unknown[]) => {
    const answer = await fetch(`${origin}${CONTROL_PATH}`, { method: 'POST', body: JSON.stringify({ name, args }) })
    if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`)
    return answer.json()
  }
  const control = Object.fromEntries(CONTROLS.map((name) => [name, (...args: readonly unknown[]) => call(name, args)]))
  return {
    ...(control as unknown as FakeControl),
    origin,
    mcpUrl,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
