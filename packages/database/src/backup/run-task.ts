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
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'done') resolve(message.result as TaskResult<Name>)
      else if (message.type === 'failed') reject(toError(message.error))
      else if (onProgress) {
        const { part, totalBytes } = message
        onProgress({ doneBytes: 0, totalBytes })
        timer = setInterval(() => {
          // Gone means finished: the last word is the result's.
          stat(part).then(
            ({ size }) => onProgress({ doneBytes: Math.min(size, totalBytes), totalBytes }),
            () => {},
          )
        }, PROGRESS_MS)
      }
    })
    worker.once('error', reject)
    worker.once('exit', (code) => {
      clearInterval(timer)
      reject(new Error(`The backup thread ended with ${code}`))
    })
  })
}
