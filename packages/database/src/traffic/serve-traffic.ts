import type { MessagePort } from 'node:worker_threads'
import { AppError, messageOf, registerSecret } from '@local-mcp/kernel'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { configureConnection, limitBusyWait, openConnection } from '../file/connection.ts'
import { toAppError } from '../sqlite-error.ts'
import { createLogReader } from './log-reader.ts'
import { createLogRetention } from './log-retention.ts'
import { summarize } from './log-summary.ts'
import { createLogWriter } from './log-writer.ts'
import type { AskName, Asks, Batch, FromTraffic, ToTraffic, TrafficOrder } from './traffic.messages.ts'

/** How long a write waits for another writer, in ms. It blocks this thread alone. */
const BUSY_MS = 15_000
/** How long after the start, or after something was written, it is looked whether something is too much or too old, in ms. */
const PURGE_AFTER = 10_000

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Writes, reads and bounds the traffic log, for as long as the thread lives. */
export function serveTraffic({ path, settings: first, serving, aliveSince }: TrafficOrder['traffic'], port: MessagePort): void {
  let settings = first
  const db = openConnection(path)
  configureConnection(db, path)
  limitBusyWait(db, BUSY_MS)
  // The last rows before a power cut are no loss; a sync for each batch would be one.
  db.pragma('synchronous = NORMAL')
  // Rows are written once and seldom read: there is little to keep for later. In KiB.
  db.pragma('cache_size = -4096')
  const writer = createLogWriter(db)
  const reader = createLogReader(drizzle(db))
  const retention = createLogRetention(db)
  const say = (message: FromTraffic) => port.postMessage(message)

  async function purge(): Promise<void> {
    while (db.open && retention.purge(settings, Date.now())) await nextTurn()
    if (db.open) retention.forgetHistory(Date.now())
  }
  // What keeps it from that now may be over the next time.
  let due: NodeJS.Timeout | null = null
  const tend = () => {
    due = null
    if (serving) void purge().catch(() => {})
  }
  const tendSoon = () => {
    due ??= setTimeout(tend, PURGE_AFTER)
  }
  tendSoon()

  async function clear(): Promise<number> {
    const end = retention.end()
    let removed = 0
    for (;;) {
      const some = retention.clearTo(end)
      removed += some
      if (some === 0) return removed
      await nextTurn()
    }
  }

  const answers: { readonly [Name in AskName]: (input: Asks[Name]) => unknown } = {
    list: ({ viewer, filters, limit, before }) => reader.list(viewer, filters, limit, before),
    get: ({ viewer, id }) => reader.get(viewer, id),
    summary: ({ viewer, span, without }) => summarize(reader, viewer, span, without),
    usage: ({ viewer }) => reader.usage(viewer),
    clear,
    history: ({ serverId }) => reader.history(serverId, Date.now()),
  }

  async function answer(id: number, name: AskName, input: unknown): Promise<void> {
    try {
      say({ type: 'answer', id, result: await answers[name](input as never) })
    } catch (thrown) {
      const error = toAppError(thrown)
      say({ type: 'refused', id, code: error instanceof AppError ? error.code : null, message: messageOf(error) })
    }
  }

  function write(batch: Batch): void {
    try {
      writer.write(batch)
      tendSoon()
      say({ type: 'done', error: null })
    } catch (error) {
      say({ type: 'done', error: messageOf(error) })
    }
  }

  if (aliveSince !== null) {
    try {
      writer.endForgotten(aliveSince)
    } catch {
      // They stay as they are until the next start.
    }
  }
  port.on('message', (message: ToTraffic) => {
    if (message.type === 'batch') write(message.batch)
    else if (message.type === 'secret') registerSecret(message.value)
    else if (message.type === 'ask') void answer(message.id, message.name, message.input)
    else if (message.type === 'settings') {
      settings = message.settings
      tend()
    } else {
      if (due) clearTimeout(due)
      db.close()
      port.close()
    }
  })
}
