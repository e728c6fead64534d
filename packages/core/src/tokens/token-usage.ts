import type { TokenUsage } from '@local-mcp/contract'
import { type Clock, type Logger, messageOf, type TokenId } from '@local-mcp/kernel'
import type { NewTokenUse } from '../records.ts'
import type { Store } from '../store.ports.ts'
import { DAY } from './token-gate.ts'

/** How long a row waits to be written with others, in milliseconds. */
const WRITE_AFTER = 1000
/** Rows of one transaction: more would hold up calls for too long. */
const BATCH = 500
/** Rows that may wait where the database cannot be written to. */
const MAX_WAITING = 20_000
const KEPT_ROWS = 100_000
const KEPT_FOR = 30 * DAY
/** How often rows that have become too old are looked for where no new ones come, in milliseconds. */
const PURGE_EVERY = DAY / 24
const PAGE = 50

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Which requests showed a token, written in batches beside the calls. Who reads sees all that have ended. */
export function createTokenUsage({ store, clock, logger }: { readonly store: Store; readonly clock: Clock; readonly logger: Logger }) {
  let waiting: NewTokenUse[] = []
  let lost = 0
  /** Requests that have not ended, by what ends their row. */
  const open = new Set<() => void>()
  let timer: NodeJS.Timeout | null = null
  let writing = Promise.resolve()
  let closed = false

  async function writeAll(): Promise<void> {
    // What comes meanwhile waits for the next time, or there would be a transaction for every few.
    for (let left = waiting.length; left > 0; left -= BATCH) {
      const batch = waiting.slice(0, Math.min(left, BATCH))
      await store.transaction(async (tx) => {
        await tx.tokenUsage.insert(batch)
        await tx.tokenUsage.purge(clock.now() - KEPT_FOR, KEPT_ROWS, batch.length * 2)
      })
      waiting = waiting.slice(batch.length)
      await nextTurn()
    }
    if (waiting.length > 0) arm(WRITE_AFTER)
    if (lost > 0) logger.warn('The usage of tokens could not be written for a while, and some of it is lost', { requests: lost })
    lost = 0
  }

  /** One after another; resolves when all that waited is written. @throws AppError DB_BUSY and the like */
  function flush(): Promise<void> {
    if (timer) clearTimeout(timer)
    timer = null
    const turn = writing.catch(() => {}).then(writeAll)
    writing = turn
    return turn
  }
  function failed(error: unknown): void {
    logger.warn('The usage of tokens could not be written; it is tried again', { error: messageOf(error), waiting: waiting.length })
    arm(WRITE_AFTER * 5)
  }
  function arm(after: number): void {
    if (closed || timer) return
    timer = setTimeout(() => {
      timer = null
      flush().catch(failed)
    }, after)
    timer.unref()
  }

  async function purge(): Promise<void> {
    let removed: number
    do {
      removed = await store.transaction((tx) => tx.tokenUsage.purge(clock.now() - KEPT_FOR, KEPT_ROWS, BATCH))
      await nextTurn()
    } while (removed > 0 && !closed)
  }
  const purging = setInterval(() => {
    purge().catch((error: unknown) => logger.debug('Old usage of tokens could not be removed', { error: messageOf(error) }))
  }, PURGE_EVERY).unref()

  return {
    /** A request has begun. @param end adds its row; called when the gateway closes, where the request has not ended by itself */
    begun(end: () => void): void {
      open.add(end)
    },
    ended(end: () => void, row: NewTokenUse): void {
      if (!open.delete(end)) return
      if (waiting.length < MAX_WAITING) waiting.push(row)
      else lost++
      arm(WRITE_AFTER)
    },

    /** @param before of the page before; null for the newest */
    async read(
      id: TokenId,
      { limit = PAGE, before = null }: { limit?: number | undefined; before?: number | null | undefined },
    ): Promise<TokenUsage> {
      await flush()
      const { tokenUsage } = store.read
      const rows = await tokenUsage.list(id, limit + 1, before)
      const page = rows.slice(0, limit)
      return { stats: await tokenUsage.stats(id), rows: page, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
    },

    async close(): Promise<void> {
      clearInterval(purging)
      for (const end of [...open]) end()
      closed = true
      await flush().catch((error: unknown) =>
        logger.error('The usage of tokens could not be written at the end', { error: messageOf(error), lost: waiting.length }),
      )
    },
  }
}

export type TokenUsageLog = ReturnType<typeof createTokenUsage>
