import { spawn } from 'node:child_process'
import { referenceServer } from '../servers.ts'

export interface ReferenceServer extends AsyncDisposable {
  /** Streamable HTTP is at `/mcp`, HTTP+SSE at `/sse`. */
  readonly origin: string
}

/** Starts the reference server over HTTP. @param env its knobs; see the head of its file @param port any free one if absent */
export async function startReferenceServer(env: Readonly<Record<string, string>> = {}, port = 0): Promise<ReferenceServer> {
  const child = spawn(process.execPath, [referenceServer, 'http', String(port)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const origin = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (line: string) => resolve(line.trim()))
    child.once('exit', (code) => reject(new Error(`The reference server ended with ${code}`)))
  })
  return {
    origin,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
