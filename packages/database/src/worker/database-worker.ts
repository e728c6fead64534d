// The entry of the threads and of the process that do the long work and keep the traffic log; a file of its own in the build, see run-task.ts
// and apps/server/vite.config.ts.
import { parentPort, workerData } from 'node:worker_threads'
import { AppError, messageOf } from '@local-mcp/kernel'
import { serveTraffic } from '../traffic/serve-traffic.ts'
import type { TrafficOrder } from '../traffic/traffic.messages.ts'
import { TASKS, type TaskOrder, type WorkerMessage } from './tasks.ts'

async function work({ task, input }: TaskOrder, say: (message: WorkerMessage) => void): Promise<void> {
  try {
    const result = await TASKS[task](input as never, (part, totalBytes) => say({ type: 'size', part, totalBytes }))
    say({ type: 'done', result })
  } catch (error) {
    const known = error instanceof AppError ? error : null
    say({ type: 'failed', error: { code: known?.code ?? null, message: messageOf(error), next: known?.next, data: known?.data ?? {} } })
  }
}

const port = parentPort
/** Of a utility process of Electron. */
const utilityPort = (
  process as {
    parentPort?: { once(event: 'message', hear: (event: { data: TaskOrder }) => void): void; postMessage(message: WorkerMessage): void }
  }
).parentPort
if (utilityPort) utilityPort.once('message', ({ data }) => void work(data, (message) => utilityPort.postMessage(message)))
else if (port) {
  const order = workerData as TaskOrder | TrafficOrder
  if ('traffic' in order) serveTraffic(order.traffic, port)
  else void work(order, (message) => port.postMessage(message))
} else process.once('message', (order: TaskOrder) => void work(order, (message) => process.send?.(message)))
