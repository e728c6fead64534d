import { fork } from 'node:child_process'
import { statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { BackupProgress } from '@local-mcp/core'
import { AppError } from '@local-mcp/kernel'
import type { TaskInput, TaskName, TaskResult, WorkerMessage } from './tasks.ts'
import { WORKER_ARGV, WORKER_ENTRY } from './worker-entry.ts'

const PROGRESS_MS = 100
/** How long a file of somebody else's may be read, in ms; many times what a sound one takes. */
const READ_MS = 60_000
const READ_MS_PER_MB = 500

/** Something that does one task and says how it went. */
interface Running {
  onMessage(hear: (message: WorkerMessage) => void): void
  /** Called also after a result; says nothing new then. */
  onEnd(ended: (cause: Error) => void): void
}

function startThread(task: TaskName, input: unknown): Running {
  const worker = new Worker(WORKER_ENTRY, { workerData: { task, input }, execArgv: WORKER_ARGV })
  return {
    onMessage: (hear) => worker.on('message', hear),
    onEnd: (ended) => {
      worker.once('error', ended)
      worker.once('exit', (code) => ended(new Error(`The thread of the database ended with ${code} and no result`)))
    },
  }
}

/** What a program needs to find the system and a place for temporary files. */
const bareEnvironment = () =>
  Object.fromEntries(['SystemRoot', 'TEMP', 'TMP', 'TMPDIR'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))

/** A script that runs in a process of its own. */
export interface WorkerProcess {
  send(order: unknown): void
  onMessage(hear: (message: unknown) => void): void
  /** Called once, also where it could not be started. */
  onEnd(ended: (code: number | null, signal: string | null) => void): void
  readonly stderr: NodeJS.ReadableStream | null
  kill(): void
}
export type StartProcess = (entry: string, env: Readonly<Record<string, string>>) => WorkerProcess

/** Another process of the program that runs this, which is Node. */
const forkNode: StartProcess = (entry, env) => {
  const child = fork(entry, {
    execArgv: WORKER_ARGV,
    env: { ...env },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  return {
    send: (order) =>
      void child.send(order as object, () => {
        // Where it did not get there, the end says why.
      }),
    onMessage: (hear) => child.on('message', hear),
    onEnd(ended) {
      child.once('error', () => ended(null, null))
      child.once('close', ended)
    },
    stderr: child.stderr,
    kill: () => child.kill('SIGKILL'),
  }
}
let startScript = forkNode

/** For a host whose program is not Node and must not be used as one: says once, at its start, how scripts are run there. */
export function startProcessesWith(start: StartProcess): void {
  startScript = start
}

/**
 * A file that may be anybody's is read in a process of its own: one that was made to bring SQLite down, or to keep it
 * busy for good, takes nothing else with it.
 * @param source the file
 */
function startProcess(task: TaskName, input: unknown, source: string, limitMs: number): Running {
  // Whatever the file makes it do, it does without the variables of the gateway.
  const child = startScript(fileURLToPath(WORKER_ENTRY), bareEnvironment())
  const refusal = (what: string) =>
    new AppError('BACKUP_DAMAGED', `${source} is no file that can be read: ${what}. Nothing was changed.`, { data: { path: source } })
  let late = false
  const timer = setTimeout(() => {
    late = true
    child.kill()
  }, limitMs)
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2000)
  })
  child.send({ task, input })
  return {
    onMessage: (hear) =>
      child.onMessage((message) => {
        hear(message as WorkerMessage)
        // Not every kind of process ends by itself.
        if ((message as WorkerMessage).type !== 'size') child.kill()
      }),
    onEnd: (ended) =>
      child.onEnd((code, signal) => {
        clearTimeout(timer)
        if (late) ended(refusal(`it was not done after ${Math.round(limitMs / 1000)} s`))
        // Above 128 is how a crash is told where there are no signals.
        else if (signal || (code ?? 0) > 128) ended(refusal(`the process that read it crashed (${signal ?? code})`))
        else ended(new Error(`The process of the database ended with ${code} and no result: ${said}`))
      }),
  }
}

function start<Name extends TaskName>(task: Name, input: TaskInput<Name>, limitMs: number | undefined): Running {
  const source = 'source' in input ? input.source : null
  if (source === null) return startThread(task, input)
  const megabytes = (statSync(source, { throwIfNoEntry: false })?.size ?? 0) / 1024 / 1024
  return startProcess(task, input, source, limitMs ?? READ_MS + megabytes * READ_MS_PER_MB)
}

type Failure = Extract<WorkerMessage, { type: 'failed' }>['error']

function toError({ code, message, next, data }: Failure): Error {
  return code === null ? new Error(message) : new AppError(code, message, { ...(next ? { next } : {}), data: { ...data } })
}

export interface TaskOptions {
  /** Called about ten times a second while a copy grows. */
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined
  /** How long a file of somebody else's may be read, in ms; absent: by its size. */
  readonly limitMs?: number
}

/**
 * Does a task where it keeps nobody waiting: in a thread, or in a process where it reads a `source` that may be anybody's.
 * @throws AppError what the task throws; BACKUP_DAMAGED where the process crashes or does not come to an end
 */
export function runTask<Name extends TaskName>(
  task: Name,
  input: TaskInput<Name>,
  { onProgress, limitMs }: TaskOptions = {},
): Promise<TaskResult<Name>> {
  return new Promise((resolve, reject) => {
    const running = start(task, input, limitMs)
    let timer: NodeJS.Timeout | undefined
    let over = false
    const end = () => {
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
    running.onMessage((message) => {
      if (message.type === 'size') {
        if (onProgress) follow(message.part, message.totalBytes, onProgress)
        return
      }
      end()
      if (message.type === 'done') resolve(message.result as TaskResult<Name>)
      else reject(toError(message.error))
    })
    running.onEnd((cause) => {
      end()
      reject(cause)
    })
  })
}
