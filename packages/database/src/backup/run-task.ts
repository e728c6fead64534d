import { stat } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import type { BackupProgress } from '@local-mcp/core'
import { AppError } from '@local-mcp/kernel'
import type { TaskInput, TaskName, TaskResult, WorkerMessage } from './tasks.ts'

const PROGRESS_MS = 100

/** The build puts the worker beside the bundle; from the sources Node runs it as it is written. */
const fromSource = import.meta.url.endsWith('.ts')
const entry = new URL(fromSource ? 'backup-worker.ts' : 'backup-worker.mjs', import.meta.url)

type Failure = Extract<WorkerMessage, { type: 'failed' }>['error']

function toError({ code, message, next, data }: Failure): Error {
  return code === null ? new Error(message) : new AppError(code, message, { ...(next ? { next } : {}), data: { ...data } })
}

/**
 * Runs a task in a thread of its own.
 * @param onProgress called about ten times a second while a copy grows
 * @throws AppError what the task throws
 */
export function runTask<Name extends TaskName>(
  task: Name,
  input: TaskInput<Name>,
  onProgress?: (progress: BackupProgress) => void,
): Promise<TaskResult<Name>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, {
      workerData: { task, input },
      ...(fromSource ? { execArgv: ['--experimental-strip-types', '--no-warnings'] } : {}),
    })
    let timer: NodeJS.Timeout | undefined
    let over = false
    const stop = () => {
      over = true
      clearInterval(timer)
    }
    const follow = (part: string, totalBytes: number, tell: (progress: BackupProgress) => void) => {
      tell({ doneBytes: 0, totalBytes })
      timer = setInterval(() => {
        stat(part).then(
          // The last word is the result's, also where the answer to this comes late.
          ({ size }) => over || tell({ doneBytes: Math.min(size, totalBytes), totalBytes }),
          () => {},
        )
      }, PROGRESS_MS)
    }
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'size') {
        if (onProgress) follow(message.part, message.totalBytes, onProgress)
        return
      }
      stop()
      if (message.type === 'done') resolve(message.result as TaskResult<Name>)
      else reject(toError(message.error))
    })
    worker.once('error', reject)
    worker.once('exit', (code) => {
      stop()
      reject(new Error(`The backup thread ended with ${code}`))
    })
  })
}
