import { setTimeout as sleep } from 'node:timers/promises'
import type { Store, StoreWriter } from '@local-mcp/core'
import { AppError } from '@local-mcp/kernel'
import { createBackupRows } from './backup/backup-rows.ts'
import { createBackupStore } from './backup/backup-store.ts'
import { doctorFile } from './doctor/doctor-file.ts'
import { configureConnection, limitBusyWait, openConnection, READER_BUSY_MS } from './file/connection.ts'
import { createHealthCheck } from './health.ts'
import { type OpenOptions, openDatabase } from './open-database.ts'
import { createReader, createWriter, guard } from './repositories/repositories.ts'
import { isBusy, toAppError } from './sqlite-error.ts'

/**
 * How long a transaction waits for another process before it gives up, in ms. A hundred processes that start at once on
 * two cores keep one of them waiting for more than five seconds.
 */
const WRITE_WAIT_MS = 15_000
/** The same for the probe of /health/ready, which must answer soon. */
const PROBE_WAIT_MS = 1000
/** How long that probe may wait for its turn behind a transaction of this process, which may wait much longer itself. */
const PROBE_TURN_MS = 2000
/** A transaction that is open for longer keeps every other writer out and the log from shrinking. */
const SLOW_TRANSACTION_MS = 5000

/**
 * Opens the store: one connection that only reads, one that writes.
 * @throws AppError as `openDatabase`
 */
export async function openStore(options: OpenOptions): Promise<Store> {
  const { path, logger } = options
  const { file, connection: writer, schema } = await openDatabase(options)
  const reader = openReader()
  const reported = new Set<string>()
  const report = (table: string, id: string) => {
    if (reported.has(`${table} ${id}`)) return
    reported.add(`${table} ${id}`)
    logger.error('a damaged row of the database is left out; the doctor says what to do', { table, id })
  }
  const read = guard(createReader(reader, report), () => {})
  const write = createWriter(writer, report)
  let closed: Promise<void> | undefined

  function openReader() {
    try {
      const connection = openConnection(path)
      configureConnection(connection, path)
      connection.pragma('query_only = ON')
      limitBusyWait(connection, READER_BUSY_MS)
      return connection
    } catch (error) {
      writer.close()
      file.release()
      throw toAppError(error, path)
    }
  }

  async function begin(waitMs: number): Promise<void> {
    const deadline = performance.now() + waitMs
    for (;;) {
      try {
        writer.exec('BEGIN IMMEDIATE')
        return
      } catch (error) {
        if (!isBusy(error) || performance.now() >= deadline) throw error
      }
      await sleep(10 + Math.random() * 40)
    }
  }

  /** Runs `work` between BEGIN IMMEDIATE and `end`, in turn with the other transactions of this process. */
  function exclusively<Result>(
    end: 'COMMIT' | 'ROLLBACK',
    waitMs: number,
    work: (tx: StoreWriter) => Result | Promise<Result>,
  ): Promise<Result> {
    return file.mutex(async () => {
      let ended = false
      let slow: NodeJS.Timeout | undefined
      try {
        await begin(waitMs)
        slow = setTimeout(() => logger.warn('a database transaction is open for long', { ms: SLOW_TRANSACTION_MS }), SLOW_TRANSACTION_MS)
        const result = await work(
          guard(write, () => {
            if (ended) throw new Error('The transaction has ended: its handles can no longer be used')
          }),
        )
        writer.exec(end)
        return result
      } catch (error) {
        if (writer.inTransaction) writer.exec('ROLLBACK')
        throw toAppError(error)
      } finally {
        ended = true
        clearTimeout(slow)
      }
    })
  }

  const backups = createBackupStore({
    ...options,
    schema,
    open: {
      reader,
      rows: createBackupRows(reader, writer),
      setting: (key) => read.settings.get(key),
      saveSetting: (key, value) => exclusively('COMMIT', WRITE_WAIT_MS, (tx) => tx.settings.set(key, value, options.clock.now())),
      transaction: (work) => exclusively('COMMIT', WRITE_WAIT_MS, work),
    },
  })

  function probe(work: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      let late = false
      const timer = setTimeout(() => {
        late = true
        const detail = 'another transaction is under way'
        reject(new AppError('DB_BUSY', `The database is busy: ${detail}.`, { data: { detail } }))
      }, PROBE_TURN_MS)
      exclusively('ROLLBACK', PROBE_WAIT_MS, () => {
        if (!late) work()
      })
        .then(resolve, reject)
        .finally(() => clearTimeout(timer))
    })
  }

  return {
    read,
    transaction: (work) => exclusively('COMMIT', WRITE_WAIT_MS, work),
    backups,
    check: createHealthCheck({ path, file, reader, writer, schema, read, probe }),
    doctor: () => doctorFile(path, { schema }),
    close() {
      closed ??= file.mutex(async () => {
        reader.close()
        writer.close()
        file.release()
      })
      return closed
    },
  }
}
