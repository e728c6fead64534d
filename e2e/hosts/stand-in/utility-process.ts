import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { NODE, strict } from './subset.ts'

/** What a script in a utility process finds: a port to its parent instead of Node's own channel. */
const SHIM = `data:text/javascript,${encodeURIComponent(`
const send = process.send.bind(process)
process.parentPort = {
  once: (_event, hear) => process.once('message', (data) => hear({ data, ports: [] })),
  on: (_event, hear) => process.on('message', (data) => hear({ data, ports: [] })),
  postMessage: (message) => send(message),
}
delete process.send`)}`

class StandInProcess extends EventEmitter {
  readonly #child
  readonly stderr
  readonly stdout
  constructor(entry: string, args: string[], { env, stdio = 'pipe' }: Electron.ForkOptions) {
    super()
    const [out, err] = Array.isArray(stdio) ? [stdio[1], stdio[2]] : [stdio, stdio]
    this.#child = fork(entry, args, {
      execPath: NODE,
      execArgv: ['--import', SHIM],
      env: env as NodeJS.ProcessEnv,
      serialization: 'advanced',
      stdio: ['ignore', out as 'pipe', err as 'pipe', 'ipc'],
    })
    this.stdout = this.#child.stdout
    this.stderr = this.#child.stderr
    this.#child.once('spawn', () => this.emit('spawn'))
    this.#child.on('message', (message) => this.emit('message', message))
    this.#child.once('exit', (code, signal) => this.emit('exit', signal ? 128 + 9 : (code ?? 0)))
  }
  get pid(): number | undefined {
    return this.#child.pid
  }
  postMessage(message: unknown): void {
    this.#child.send(message as object)
  }
  kill(): boolean {
    return this.#child.kill()
  }
}

export const utilityProcess = strict('utilityProcess', {
  fork: (entry: string, args: string[] = [], options: Electron.ForkOptions = {}) =>
    strict('UtilityProcess', new StandInProcess(entry, args, options)),
})
