import { randomBytes } from 'node:crypto'
import { type Logger, messageOf } from '@local-mcp/kernel'
import { startGuardian } from './guardian.ts'
import { createProcessRecord } from './process-record.ts'
import { birthOf } from './process-table.ts'
import { endProcesses } from './stop-ladder.ts'

/** Knows every process that was started, so that none of them outlives the gateway, however that ends. */
export interface Keeper {
  /** Called before a server is started. @returns the value of `MARK` for its environment */
  announce(): string
  /** It was started. */
  watch(pid: number, mark: string): void
  /** Its group has ended; ends what left the group, and forgets it. Resolves when nothing of it is left. */
  release(pid: number, mark: string): Promise<void>
  close(): void
}

/** @param recordPath where to write down what was started, see `createProcessRecord` */
export function createKeeper(recordPath: string | null, logger: Logger): Keeper {
  const life = randomBytes(16).toString('hex')
  const guardian = startGuardian(life)
  const record = createProcessRecord(recordPath, life, (error) =>
    logger.warn('What was started could not be written down for the next launch', { error: messageOf(error) }),
  )
  let next = 1
  return {
    announce() {
      guardian.arm()
      record(null)
      return `${life}.${next++}`
    },
    watch(pid, mark) {
      record({ pid, group: process.platform === 'win32' ? null : pid, birth: birthOf(pid), at: Date.now(), mark })
      guardian.watch(pid)
    },
    async release(pid, mark) {
      const left = await endProcesses([mark])
      if (left.length > 0) logger.warn('Something that a server started could not be ended', { pids: left })
      guardian.release(pid)
    },
    close: guardian.close,
  }
}
