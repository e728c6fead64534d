import { Worker } from 'node:worker_threads'
import { type Call, GATEWAY_METHODS, type LogSettings, REPLAYED_METHODS, type ServerMoment } from '@local-mcp/contract'
import type { LoggedCall, Payload, TrafficLog } from '@local-mcp/core'
import { AppError, type Clock, followSecrets, type Logger, messageOf, type ServerId } from '@local-mcp/kernel'
import { WORKER_ARGV, WORKER_ENTRY } from '../worker/worker-entry.ts'
import { createPayloadSlab } from './payload-slab.ts'
import type { AskName, Asks, Batch, Begun, Ended, FromTraffic, Moment, Slice, ToTraffic, TrafficOrder } from './traffic.messages.ts'

/** How long something waits to be handed over with others, in ms. */
const HAND_OVER_AFTER = 100
/** What the thread makes is gone at once: a larger heap would only be filled before it is cleared. */
const YOUNG_MB = 8
/** What may be on its way to the thread: beyond, payloads are left out first, then rows. */
const MAX_BYTES = 16 * 1024 * 1024
const MAX_ROWS = 20_000
/** How long a question may take, in ms: longer than the thread waits for another writer. */
const ANSWER_WITHIN = 20_000
/** Servers start with the gateway: what becomes of them does not make it start the thread at once. In ms. */
const START_FOR_HISTORY_AFTER = 10_000
/** A thread that ended is not started again sooner, in ms. */
const RESTART_AFTER = 5000
/** How long the end of the gateway waits for what is not written yet, in ms. */
const CLOSE_WITHIN = 5000
/** A thread that nobody needs gives back what it takes after so long, in ms. */
const IDLE_AFTER = 60_000
/** Where nobody calls, it is started so often for what has become too old. In ms. */
const TEND_EVERY = 60 * 60_000

export interface TrafficLogOptions {
  readonly path: string
  readonly settings: LogSettings
  /** This process serves clients; a single command only reads. */
  readonly serving: boolean
  readonly clock: Clock
  readonly logger: Logger
}

interface Waiting {
  readonly call: Call
  begun: Begun | null
  ended: Ended | null
}

interface Thread {
  post(message: ToTraffic, transfer?: ArrayBuffer[]): void
  /** What was handed over and is not written yet. */
  readonly sent: { readonly rows: number; readonly bytes: number }[]
  readonly worker: Worker
  readonly ended: Promise<void>
  /** It was told to end. */
  ending: boolean
}

/** The near end of the traffic log: it copies what is to be kept and hands it to a thread, which does everything else. */
export function openTrafficLog({ path, settings: first, serving, clock, logger }: TrafficLogOptions): TrafficLog {
  let settings = first
  let aliveSince = serving ? clock.now() : null
  const slab = createPayloadSlab()
  let waiting = new Map<string, Waiting>()
  let moments: Moment[] = []
  let timer: NodeJS.Timeout | null = null
  let dueAt = 0
  let thread: Thread | null = null
  let mayStartAt = 0
  let idle: NodeJS.Timeout | null = null
  /** Those that were told to end, too. */
  const alive = new Set<Thread>()
  let closed = false
  const asked = new Map<number, { resolve(result: unknown): void; reject(error: AppError): void }>()
  let nextAsk = 1
  const lost = { rows: 0, payloads: 0 }
  let warned = false

  const unavailable = (why: string) => new AppError('LOG_UNAVAILABLE', `The traffic log cannot be read: ${why}`)

  function warn(why: string): void {
    if (!warned) logger.warn('The traffic log cannot be written as fast as calls come, or not at all; calls go on', { why })
    warned = true
  }
  function lose(rows: number, why: string): void {
    lost.rows += rows
    warn(why)
  }
  /** Says once how much was lost while it could not be written. */
  function recovered(): void {
    if (!warned) return
    warned = false
    logger.warn('The traffic log is written again; some of it is lost', { ...lost })
    lost.rows = 0
    lost.payloads = 0
  }

  function start(): Thread | null {
    if (thread) return thread
    if (performance.now() < mayStartAt) return null
    const order: TrafficOrder = { traffic: { path, settings, serving, aliveSince } }
    aliveSince = null
    const worker = new Worker(WORKER_ENTRY, {
      workerData: order,
      execArgv: WORKER_ARGV,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    // It ends with the gateway, whatever it does; only a question is waited for.
    worker.unref()
    const sent: Thread['sent'] = []
    const started: Thread = {
      worker,
      sent,
      ending: false,
      ended: new Promise((resolve) => worker.once('exit', () => resolve())),
      post: (message, transfer = []) => worker.postMessage(message, transfer),
    }
    alive.add(started)
    const unfollow = followSecrets((value) => started.post({ type: 'secret', value }))
    let why = 'its thread ended'
    worker.on('message', (message: FromTraffic) => hear(started, message))
    worker.once('error', (error) => {
      why = messageOf(error)
    })
    worker.once('exit', () => {
      unfollow()
      alive.delete(started)
      if (thread === started) thread = null
      if (started.ending && sent.length === 0) return
      mayStartAt = performance.now() + RESTART_AFTER
      const rows = sent.reduce((sum, batch) => sum + batch.rows, 0)
      if (rows > 0) lose(rows, why)
      else warn(why)
      for (const { reject } of asked.values()) reject(unavailable(why))
      asked.clear()
    })
    thread = started
    stayAwhile()
    return started
  }

  /** Puts off the end of the thread, which comes when it was not needed for long. */
  function stayAwhile(): void {
    if (idle) idle.refresh()
    else idle = setTimeout(rest, IDLE_AFTER).unref()
  }
  function rest(): void {
    idle = null
    if (!thread) return
    if (thread.sent.length > 0 || asked.size > 0) stayAwhile()
    else letGo(thread)
  }
  function letGo(which: Thread): void {
    which.ending = true
    if (thread === which) thread = null
    which.post({ type: 'close' })
  }

  function hear({ worker, sent }: Thread, message: FromTraffic): void {
    if (message.type === 'done') {
      const batch = sent.shift()
      if (message.error !== null) lose(batch?.rows ?? 0, message.error)
      else if (sent.length === 0) recovered()
      return
    }
    const question = asked.get(message.id)
    asked.delete(message.id)
    if (asked.size === 0) worker.unref()
    if (message.type === 'answer') question?.resolve(message.result)
    else question?.reject(message.code ? new AppError(message.code, message.message) : unavailable(message.message))
  }

  function handOver(): void {
    if (timer) clearTimeout(timer)
    timer = null
    if (waiting.size === 0 && moments.length === 0) return
    const to = start()
    if (!to) {
      // What comes until it may be started again waits, as far as there is room.
      if (!closed) arm(RESTART_AFTER)
      return
    }
    const entries = [...waiting.values()].map((one) => ({ ...one, call: { ...one.call } }))
    const taken = slab.take()
    const batch: Batch = { bytes: taken?.bytes ?? null, entries, moments }
    waiting = new Map()
    moments = []
    stayAwhile()
    to.sent.push({ rows: entries.length, bytes: taken?.used ?? 0 })
    to.post({ type: 'batch', batch }, taken ? [taken.bytes] : [])
  }

  function arm(after = HAND_OVER_AFTER): void {
    const at = performance.now() + after
    if (timer && dueAt <= at) return
    if (timer) clearTimeout(timer)
    dueAt = at
    timer = setTimeout(() => {
      timer = null
      handOver()
    }, after).unref()
  }

  const sum = (key: 'rows' | 'bytes') => (thread?.sent ?? []).reduce((total, batch) => total + batch[key], 0)
  const isFull = () => waiting.size + sum('rows') >= MAX_ROWS

  /** What copies the payloads of one call, which go out together; where there is no room, their lengths are all that is kept. */
  function copier(...payloads: (Payload | 'same' | null)[]) {
    const all = payloads.filter((one) => one !== null && one !== 'same')
    if (!slab.fits(all)) handOver()
    const isRoom = slab.fits(all) && sum('bytes') < MAX_BYTES
    if (!isRoom && all.length > 0) {
      lost.payloads += all.length
      warn('too much waits to be written')
    }
    const copy = (one: Payload | null): Slice | null => one && (isRoom ? slab.copy(one) : { start: 0, length: 0, size: one.size })
    return { copy, copyOther: (one: Payload | 'same' | null) => (one === 'same' ? one : copy(one)) }
  }

  function ask<Result>(name: AskName, input: Asks[AskName]): Promise<Result> {
    handOver()
    return new Promise((resolve, reject) => {
      const to = closed ? null : start()
      if (!to) {
        reject(unavailable(closed ? 'it is closed' : 'its thread ended a moment ago'))
        return
      }
      const id = nextAsk++
      const late = setTimeout(() => {
        asked.delete(id)
        if (asked.size === 0) to.worker.unref()
        reject(unavailable(`no answer after ${ANSWER_WITHIN} ms`))
      }, ANSWER_WITHIN)
      asked.set(id, {
        resolve(result) {
          clearTimeout(late)
          resolve(result as Result)
        },
        reject(error) {
          clearTimeout(late)
          reject(error)
        },
      })
      stayAwhile()
      to.worker.ref()
      to.post({ type: 'ask', id, name, input })
    })
  }

  const tending = serving ? setInterval(start, TEND_EVERY).unref() : null

  return {
    level: () => settings.level,

    configure(changed) {
      settings = changed
      thread?.post({ type: 'settings', settings })
    },

    begin(call, { profileId, clientVersion, request }) {
      if (closed) return
      if (isFull()) {
        lose(1, 'too much waits to be written')
        return
      }
      const begun = { profileId, clientVersion, request: copier(request).copy(request) }
      waiting.set(call.id, { call, begun, ended: null })
      arm()
    },

    end(call, { serverVersion, message, response, sent, received }) {
      if (closed) return
      const { copy, copyOther } = copier(response, sent, received)
      const ended = { serverVersion, message, response: copy(response), sent: copyOther(sent), received: copyOther(received) }
      const known = waiting.get(call.id)
      if (known) known.ended = ended
      else if (isFull()) lose(0, 'too much waits to be written')
      else waiting.set(call.id, { call, begun: null, ended })
      arm()
    },

    list: (viewer, filters, limit, before) => ask('list', { viewer, filters, limit, before }),
    // The thread loads neither contract nor core, which would be most of what it takes.
    async get(viewer, id) {
      const found = await ask<LoggedCall | null>('get', { viewer, id })
      return found && { ...found, replayable: found.replayable && REPLAYED_METHODS.includes(found.method) }
    },
    summary: (viewer, span) => ask('summary', { viewer, span, without: GATEWAY_METHODS }),
    usage: (viewer) => ask('usage', { viewer }),
    clear: () => ask('clear', null),

    note(serverId: ServerId, moment: ServerMoment) {
      if (closed || moments.length >= MAX_ROWS) return
      moments.push({ ...moment, serverId })
      arm(thread ? HAND_OVER_AFTER : START_FOR_HISTORY_AFTER)
    },
    history: (serverId) => ask('history', { serverId }),

    async close() {
      if (closed) return
      closed = true
      if (tending) clearInterval(tending)
      mayStartAt = 0
      handOver()
      if (idle) clearTimeout(idle)
      if (thread) letGo(thread)
      const late = setTimeout(() => {
        warn('the gateway ends')
        for (const { worker } of alive) void worker.terminate()
      }, CLOSE_WITHIN)
      for (const { worker } of alive) worker.ref()
      await Promise.all([...alive].map(({ ended }) => ended))
      clearTimeout(late)
    },
  }
}
