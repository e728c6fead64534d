import { setTimeout as sleep } from 'node:timers/promises'
import { isInstanceRunning } from '@local-mcp/database'
import { AppError } from '@local-mcp/kernel'
import { WebSocket } from 'ws'
import { type ControlFile, readControlFile } from './control-file.ts'

const CONNECT_TIMEOUT = 5000
/** How long a restore or a reset may keep the gateway from answering, and how often to look, in ms. */
const RESTART_WAIT = 60_000
const RESTART_LOOK = 50

/**
 * The gateway that runs; null where none does. While one runs nobody else may change what it has in memory: a token
 * that was revoked behind its back would still be let in.
 *
 * @throws AppError NOT_READY where one runs and does not answer
 */
export async function reachRunning(databasePath: string): Promise<WebSocket | null> {
  const deadline = performance.now() + CONNECT_TIMEOUT
  for (;;) {
    const file = readControlFile(databasePath)
    const socket = file && (await connect(file))
    if (socket || !isInstanceRunning(databasePath)) return socket
    if (performance.now() > deadline) {
      throw new AppError('NOT_READY', 'The gateway is running but does not answer', {
        next: 'Try again in a moment, or restart the gateway.',
      })
    }
    // It is starting, or busy.
    await sleep(100)
  }
}

/** Null where nobody answers: the file is left over from a gateway that was killed. Waits for one that is restarting. */
async function connect(running: ControlFile): Promise<WebSocket | null> {
  const deadline = performance.now() + RESTART_WAIT
  for (;;) {
    const answer = await tryConnect(running)
    if (answer !== 'restarting') return answer
    if (performance.now() >= deadline) throw new AppError('NOT_READY', 'The gateway is restarting and does not get ready')
    await sleep(RESTART_LOOK)
  }
}

function tryConnect({ url, key }: ControlFile): Promise<WebSocket | 'restarting' | null> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}rpc`, ['lmg.v1', `lmg.session.${key}`], {
      handshakeTimeout: CONNECT_TIMEOUT,
    })
    socket.once('open', () => resolve(socket))
    socket.once('error', () => resolve(null))
    socket.once('unexpected-response', (_request, { statusCode }) => {
      resolve(statusCode === 503 ? 'restarting' : null)
      socket.terminate()
    })
  })
}

/** A fresh link to the window of the gateway that is running; null where none runs. */
export async function freshLink(databasePath: string): Promise<string | null> {
  const running = readControlFile(databasePath)
  if (!running) return null
  const response = await fetch(`${running.url}link`, { method: 'POST', headers: { authorization: `Bearer ${running.key}` } }).catch(
    () => null,
  )
  if (!response?.ok) return null
  return ((await response.json()) as { url: string }).url
}
