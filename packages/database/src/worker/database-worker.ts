// The entry of the thread: a file of its own in the build, see run-in-worker.ts and apps/server/vite.config.ts.
import { parentPort, workerData } from 'node:worker_threads'
import { type Tasks, tasks } from './tasks.ts'

const { task, input } = workerData as { task: keyof Tasks; input: Parameters<Tasks[keyof Tasks]>[0] }
parentPort?.postMessage(await tasks[task](input))
