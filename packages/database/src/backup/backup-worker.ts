// A thread of its own for copying and reading databases: the event loop of the gateway stays free.
import { parentPort, workerData } from 'node:worker_threads'
import { AppError, messageOf } from '@local-mcp/kernel'
import { TASKS, type TaskName, type WorkerMessage } from './tasks.ts'

const say = (message: WorkerMessage) => parentPort?.postMessage(message)
const { task, input } = workerData as { task: TaskName; input: never }
try {
  const result = TASKS[task](input, (part, totalBytes) => say({ type: 'size', part, totalBytes }))
  say({ type: 'done', result })
} catch (error) {
  const known = error instanceof AppError ? error : null
  say({ type: 'failed', error: { code: known?.code ?? null, message: messageOf(error), next: known?.next, data: known?.data ?? {} } })
}
