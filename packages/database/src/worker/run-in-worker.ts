import { Worker } from 'node:worker_threads'
import type { Tasks } from './tasks.ts'

/** Beside this file in the sources, which Node runs as they are; beside the bundle in a build. */
function entry(): { readonly url: URL; readonly execArgv: string[] } {
  const isSource = import.meta.url.endsWith('.ts')
  return {
    url: new URL(isSource ? './database-worker.ts' : './database-worker.mjs', import.meta.url),
    execArgv: isSource ? ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'] : [],
  }
}

/**
 * Does one task in a thread that ends with it.
 * @throws what the task throws, without its class
 */
export function runInWorker<Name extends keyof Tasks>(
  task: Name,
  input: Parameters<Tasks[Name]>[0],
): Promise<Awaited<ReturnType<Tasks[Name]>>> {
  const { url, execArgv } = entry()
  return new Promise((resolve, reject) => {
    const worker = new Worker(url, { workerData: { task, input }, execArgv })
    worker.once('message', resolve)
    worker.once('error', reject)
    // After a message or an error this says nothing new.
    worker.once('exit', (code) => reject(new Error(`The thread of the database ended with ${code} and no result`)))
  })
}
