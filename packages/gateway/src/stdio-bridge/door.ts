import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long a message waits for a gateway that starts or starts again, and how often it looks, in milliseconds. */
const WAIT = 10_000
const LOOK = 100
const MAX_LOOK = 1000
const MAX_CONNECTIONS = 500

/** How a gateway is reached: the URL of the endpoint, and the key that lets its owner in. */
export interface Place {
  readonly url: string
  readonly key: string
}

/** There is no gateway; nothing was sent. */
export class GatewayAbsent extends Error {}
/** The gateway ended before it answered; what was sent may have been done. */
export class GatewayLost extends Error {}

export interface DoorOptions {
  /** Where the gateway is now, looked up anew for every message: another one may have taken its place. */
  locate(): Place | null
  /** Whether a gateway is on its way. */
  isStarting(): boolean
}

interface Sending {
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  readonly signal: AbortSignal
  /** Called when all of it has left this process. */
  readonly onSent?: () => void
}

/** Sends messages to the gateway, wherever it is, and waits out its restarts. */
export function createDoor({ locate, isStarting }: DoorOptions) {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS })
  let reached = false

  /** @returns null where nobody is there @throws GatewayLost */
  function once({ url, key }: Place, { method, headers, body, signal, onSent }: Sending): Promise<IncomingMessage | null> {
    return new Promise((resolve, reject) => {
      const sent = request(url, {
        agent,
        method,
        signal,
        headers: {
          authorization: `Bearer ${key}`,
          accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
          ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
          ...headers,
        },
      })
      sent.once('response', resolve)
      sent.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED') resolve(null)
        else reject(signal.aborted ? error : new GatewayLost())
      })
      if (onSent) sent.once('finish', onSent)
      sent.end(body)
    })
  }

  return {
    get reached() {
      return reached
    },

    /** @throws GatewayAbsent, GatewayLost, and an AbortError */
    async send(sending: Sending): Promise<IncomingMessage> {
      const deadline = performance.now() + WAIT
      for (let look = LOOK; ; look = Math.min(look * 2, MAX_LOOK)) {
        const place = locate()
        const answer = place && (await once(place, sending))
        if (answer) {
          // It was left over from an earlier gateway, or is being built anew.
          const isStale = answer.statusCode === 401
          if (!isStale) reached = true
          if (!isStale && (answer.statusCode !== 503 || answer.headers['retry-after'] === undefined)) return answer
          answer.resume()
        }
        if ((!reached && !isStarting()) || performance.now() > deadline) throw new GatewayAbsent()
        await sleep(look, undefined, { signal: sending.signal })
      }
    },

    close: () => agent.destroy(),
  }
}

export type Door = ReturnType<typeof createDoor>
