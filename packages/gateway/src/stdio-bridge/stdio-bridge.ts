import { setTimeout as sleep } from 'node:timers/promises'
import { MAX_BODY_BYTES } from '@local-mcp/contract'
import { claimsModern } from '../protocol/claims-modern.ts'
import { CODES } from '../protocol/revisions.ts'
import { type Frame, isFrame, readFrame, toOneLine } from '../wire/frame.ts'
import { isArrayAt, skipSpace } from '../wire/json-scan.ts'
import { createLineSplitter } from '../wire/line-splitter.ts'
import { rpcError } from '../wire/messages.ts'
import { createDoor, type DoorOptions, GatewayAbsent, GatewayLost } from './door.ts'
import { createLegacyConversation } from './legacy-conversation.ts'
import { isStream, readEvents, relayAnswer, type WriteLine } from './relay-answer.ts'

/** How long what is running may go on when the client has closed its end, in milliseconds. */
const GRACE = 500
const LISTEN_AGAIN = 1000

export interface StdioBridgeOptions extends DoorOptions {
  /** Takes bytes for the client; a promise where it has to read first. */
  write(bytes: Buffer): Promise<void> | undefined
  /** What a person should do where no gateway runs. */
  readonly absent: { readonly message: string; readonly data: object }
}

export interface StdioBridge {
  /** Takes what the client wrote. */
  receive(chunk: Buffer): void
  /** Resolves when there was no gateway from the first message on, and the client was told so. */
  readonly gaveUp: Promise<void>
  /** Ends within a second, whatever is still running. */
  close(): Promise<void>
}

interface Running {
  /** Ends a modern request; null in the legacy era, where a message does. */
  readonly abort: AbortController | null
  /** Resolves when the request has left this process. */
  readonly sent: Promise<void>
  /** Nobody waits for the answer any more. */
  cancelled: boolean
}

/**
 * Lets a client that only starts programs use a gateway that runs already: every line of its pipe is one message to an
 * endpoint, and every message of the endpoint one line. The era is that of each message.
 */
export function createStdioBridge({ write, absent, ...where }: StdioBridgeOptions): StdioBridge {
  const gone = new AbortController()
  const door = createDoor(where)
  /** By the client's id as it wrote it. */
  const running = new Map<string, Running>()
  const work = new Set<Promise<void>>()
  let giveUp = () => {}
  const gaveUp = new Promise<void>((resolve) => {
    giveUp = resolve
  })
  const NEWLINE = Buffer.from('\n')
  const writeLine = (message: Buffer) => {
    if (gone.signal.aborted) return undefined
    void write(message)
    return write(NEWLINE)
  }
  const legacy = createLegacyConversation(door, writeLine, gone.signal)

  /** Tells the client why there is no answer. */
  async function fail(id: Buffer | null, error: unknown): Promise<void> {
    if (gone.signal.aborted) return
    const isAbsent = error instanceof GatewayAbsent
    if (id !== null) {
      const why =
        error instanceof GatewayLost
          ? 'The gateway ended before it answered; it may have done what was asked'
          : 'The gateway did not answer'
      await writeLine(isAbsent ? rpcError(id, null, absent.message, absent.data) : rpcError(id, null, why))
      if (isAbsent && !door.reached) giveUp()
    }
  }

  function run(id: Buffer | null, task: Promise<void>): void {
    const done = task.catch((error: unknown) => fail(id, error)).finally(() => work.delete(done))
    work.add(done)
  }

  /** Keeps a request findable for its cancellation while it runs. */
  function track(id: Buffer, abort: AbortController | null, start: (onSent: () => void, out: WriteLine) => Promise<void>): void {
    const key = id.toString('utf8')
    let onSent = () => {}
    const sent = new Promise<void>((resolve) => {
      onSent = resolve
    })
    const entry: Running = { abort, sent, cancelled: false }
    running.set(key, entry)
    const task = start(onSent, (message) => (entry.cancelled ? undefined : writeLine(message))).finally(() => {
      onSent()
      if (running.get(key) === entry) running.delete(key)
    })
    run(
      id,
      task.catch((error: unknown) => {
        if (!entry.cancelled) throw error
      }),
    )
  }

  function modern(frame: Frame, id: Buffer): void {
    const abort = new AbortController()
    const signal = AbortSignal.any([abort.signal, gone.signal])
    const post = () => door.send({ method: 'POST', body: frame.bytes, signal })
    if (frame.method === 'subscriptions/listen') track(id, abort, () => listen(post, id, signal))
    else track(id, abort, async (_, out) => relayAnswer(await post(), id, out))
  }

  /** A request that stays open. Where the gateway is started again, so is it, and the client never knows. */
  async function listen(post: () => ReturnType<typeof door.send>, id: Buffer, signal: AbortSignal): Promise<void> {
    let acknowledged = false
    while (!signal.aborted) {
      try {
        const response = await post()
        if (!isStream(response)) return await relayAnswer(response, id, writeLine)
        let answered = false
        await readEvents(response, ({ data }) => {
          const frame = readFrame(data)
          if (!isFrame(frame)) return undefined
          answered ||= frame.kind === 'response'
          const again = acknowledged && frame.method === 'notifications/subscriptions/acknowledged'
          acknowledged = true
          return again ? undefined : writeLine(toOneLine(data))
        })
        if (answered) return
      } catch (error) {
        if (!acknowledged) throw error
      }
      await sleep(LISTEN_AGAIN, undefined, { signal }).catch(() => {})
    }
  }

  function cancel(frame: Frame): void {
    const { start, end } = frame.params.requestId ?? { start: 0, end: 0 }
    const found = running.get(frame.bytes.toString('utf8', start, end))
    if (found) found.cancelled = true
    if (found?.abort) found.abort.abort()
    // It must not arrive before what it cancels.
    else
      run(
        null,
        (found?.sent ?? Promise.resolve()).then(() => legacy.send(frame.bytes, frame, null)),
      )
  }

  function onLine(line: Buffer): void {
    const start = skipSpace(line, 0)
    if (start === line.length) return
    if (isArrayAt(line, start)) {
      run(null, legacy.send(line, null, null))
      return
    }
    const frame = readFrame(line)
    if (!isFrame(frame)) {
      void writeLine(rpcError(frame.id, frame.code, frame.message))
      return
    }
    const { method, kind } = frame
    const id = frame.id && Buffer.from(line.subarray(frame.id.start, frame.id.end))
    if (method === 'notifications/cancelled') cancel(frame)
    else if (kind !== 'request' || !id) {
      // The modern era has no notifications of clients but that one.
      if (!claimsModern(frame)) run(null, legacy.send(line, frame, null))
    } else if (claimsModern(frame)) modern(frame, id)
    else if (method === 'initialize') track(id, null, () => legacy.initialize(frame, id))
    else track(id, null, (onSent, out) => legacy.send(line, frame, id, onSent, out))
  }

  const receive = createLineSplitter(MAX_BODY_BYTES, onLine, (bytes) => {
    void writeLine(rpcError(null, CODES.invalidRequest, `A message of more than ${bytes} bytes was refused`))
  })

  return {
    receive,
    gaveUp,
    async close() {
      const over = new AbortController()
      const idle = async () => {
        while (work.size > 0) await Promise.race(work)
      }
      await Promise.race([idle(), sleep(GRACE, undefined, { signal: over.signal }).catch(() => {})])
      over.abort()
      gone.abort()
      await legacy.end()
      door.close()
    },
  }
}
