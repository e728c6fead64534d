import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { isObject } from '@local-mcp/kernel'
import { type Frame, isFrame, MAX_UPSTREAM_DEPTH, parseSpan, readFrame, stringOf, toOneLine } from '../wire/frame.ts'
import { rpcNotification } from '../wire/messages.ts'
import type { Door } from './door.ts'
import { readAll, readEvents, refusal, relayAnswer, type WriteLine } from './relay-answer.ts'

/** How long after its end the stream of news is opened again, in milliseconds. */
const LISTEN_AGAIN = 1000
const GOODBYE = 300
const LISTS = ['tools', 'resources', 'prompts']
const INITIALIZED = rpcNotification('notifications/initialized')

interface Session {
  readonly id: string
  readonly version: string
}

/** The gateway refused to open a session. */
class Refused extends Error {
  readonly status: number
  readonly body: Buffer

  constructor(status: number, body: Buffer) {
    super('The gateway refused to open a session')
    this.status = status
    this.body = body
  }
}

/**
 * The one conversation that a client of the legacy era has on its pipe. The gateway may forget the session behind it,
 * as when it is started again; a new one is then opened with what the client said of itself, and the client never knows.
 */
export function createLegacyConversation(door: Door, write: WriteLine, gone: AbortSignal) {
  let opening: Buffer | null = null
  /** What comes before the answer to `initialize` waits for it: there is no session yet. */
  let opened: Promise<void> = Promise.resolve()
  let session: Session | null = null
  let renewing: Promise<void> | null = null
  let listening = false
  /** What the gateway has to be told again in a new session. */
  let logLevel: Buffer | null = null
  const subscribed = new Map<string, Buffer>()

  function post(body: Buffer, to: Session | null, onSent?: () => void): Promise<IncomingMessage> {
    const headers = to ? { 'mcp-session-id': to.id, 'mcp-protocol-version': to.version } : {}
    return door.send({ method: 'POST', headers, body, signal: gone, ...(onSent ? { onSent } : {}) })
  }

  /** @returns the gateway's answer @throws Refused */
  async function open(hello: Buffer): Promise<Buffer> {
    const response = await post(hello, null)
    const body = await readAll(response)
    const id = response.headers['mcp-session-id']
    const frame = readFrame(body, MAX_UPSTREAM_DEPTH)
    if (typeof id !== 'string' || !isFrame(frame) || !frame.result) throw new Refused(response.statusCode ?? 0, body)
    const result = parseSpan(frame.bytes, frame.result)
    session = { id, version: isObject(result) ? String(result.protocolVersion) : '' }
    return body
  }

  /** Opens a session in place of one that the gateway has forgotten. @throws Refused */
  function renew(forgotten: Session): Promise<void> {
    if (session !== forgotten || !opening) return Promise.resolve()
    const hello = opening
    renewing ??= (async () => {
      await open(hello)
      for (const message of [INITIALIZED, ...(logLevel ? [logLevel] : []), ...subscribed.values()])
        await readAll(await post(message, session))
      // Nobody knows what was missed in between.
      for (const list of LISTS) await write(rpcNotification(`notifications/${list}/list_changed`))
    })().finally(() => {
      renewing = null
    })
    return renewing
  }

  function remember(frame: Frame): void {
    const uri = stringOf(frame.bytes, frame.params.uri)
    if (frame.method === 'logging/setLevel') logLevel = frame.bytes
    else if (frame.method === 'resources/subscribe' && uri !== null) subscribed.set(uri, frame.bytes)
    else if (frame.method === 'resources/unsubscribe' && uri !== null) subscribed.delete(uri)
  }

  /** Hands on what the gateway says unasked, for as long as there is a session. */
  async function listen(): Promise<void> {
    let lastId: string | null = null
    let heard: Session | null = null
    while (!gone.aborted && session) {
      if (heard !== session) lastId = null
      heard = session
      const headers = {
        'mcp-session-id': heard.id,
        'mcp-protocol-version': heard.version,
        ...(lastId === null ? {} : { 'last-event-id': lastId }),
      }
      try {
        const response = await door.send({ method: 'GET', headers, signal: gone })
        if (response.statusCode === 200) {
          await readEvents(response, ({ data, id }) => {
            lastId = id
            return data.length > 0 ? write(toOneLine(data)) : undefined
          })
        } else {
          response.resume()
          if (response.statusCode !== 404) return
          await renew(heard)
          continue
        }
      } catch {
        // It is tried again for as long as the client is there.
      }
      await sleep(LISTEN_AGAIN, undefined, { signal: gone }).catch(() => {})
    }
  }

  return {
    async initialize(frame: Frame, id: Buffer): Promise<void> {
      let done = () => {}
      opened = new Promise((resolve) => {
        done = resolve
      })
      try {
        const answer = await open(frame.bytes)
        opening = frame.bytes
        await write(toOneLine(answer))
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        await write(refusal(error.body, error.status, id))
      } finally {
        done()
      }
    },

    /**
     * Sends one message, or a batch.
     *
     * @param frame null for a batch
     * @param onSent called when it has left this process
     * @param out where the answer goes
     */
    async send(bytes: Buffer, frame: Frame | null, id: Buffer | null, onSent?: () => void, out: WriteLine = write): Promise<void> {
      await opened
      if (frame) remember(frame)
      const used = session
      const response = await post(bytes, used, onSent)
      if (response.statusCode !== 404 || !used || id === null) {
        await relayAnswer(response, id, out)
        if (frame?.method === 'notifications/initialized' && !listening) {
          listening = true
          void listen().finally(() => {
            listening = false
          })
        }
        return
      }
      // The gateway knows no such session, so it has done nothing.
      response.resume()
      try {
        await renew(used)
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        await out(refusal(error.body, error.status, id))
        return
      }
      await relayAnswer(await post(bytes, session), id, out)
    },

    /** Ends the session, which cancels what is still running in it. */
    async end(): Promise<void> {
      if (!session) return
      const headers = { 'mcp-session-id': session.id, 'mcp-protocol-version': session.version }
      await door
        .send({ method: 'DELETE', headers, signal: AbortSignal.timeout(GOODBYE) })
        .then((response) => response.resume())
        .catch(() => {})
    },
  }
}
