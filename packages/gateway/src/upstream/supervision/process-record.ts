import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'

/** A server's process, as it was when it was started. */
export interface RecordedProcess {
  readonly pid: number
  /** Of the group that it leads; null where there are none (Windows). */
  readonly group: number | null
  /** See `birthOf`; null where the OS does not tell. */
  readonly birth: string | null
  /** When it was started, in milliseconds since 1970. */
  readonly at: number
  readonly mark: string
}

export interface ProcessRecord {
  readonly life: string
  readonly processes: readonly RecordedProcess[]
}

/**
 * Writes down which processes were started, for the next launch. A file of its own and no table: it has to be there
 * before the process can do anything, without waiting for a lock of the database; it says something about this computer
 * and this boot, so it must not travel in backups; and it is needed most when the database is not in order.
 *
 * @param path null keeps no record
 */
export function createProcessRecord(path: string | null, life: string, onError: (error: unknown) => void) {
  let begun = false
  return (started: RecordedProcess | null): void => {
    if (path === null) return
    try {
      // What an earlier life left was swept before anything is started in this one.
      if (!begun) writeFileSync(path, `${JSON.stringify({ life })}\n`, { mode: 0o600 })
      begun = true
      if (started) appendFileSync(path, `${JSON.stringify(started)}\n`)
    } catch (error) {
      onError(error)
    }
  }
}

/** @returns null where there is none; what was written last may be half a line, and is left out then */
export function readProcessRecord(path: string): ProcessRecord | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return null
  }
  const lines = text.split('\n').flatMap((line): Record<string, unknown>[] => {
    try {
      return [JSON.parse(line)]
    } catch {
      return []
    }
  })
  const [head, ...rest] = lines
  if (typeof head?.life !== 'string' || !/^[0-9a-f]{32}$/.test(head.life)) return null
  return { life: head.life, processes: rest.filter(isRecorded) }
}

const isRecorded = (line: Record<string, unknown>): line is Record<string, unknown> & RecordedProcess =>
  Number.isInteger(line.pid) && (line.pid as number) > 1 && typeof line.mark === 'string' && typeof line.at === 'number'
