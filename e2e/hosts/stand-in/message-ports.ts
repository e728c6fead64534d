import { EventEmitter } from 'node:events'
import { strict } from './subset.ts'

/** The end of a page's channel that main was handed. */
export class MainPort extends EventEmitter implements Pick<Electron.MessagePortMain, 'postMessage' | 'start' | 'close'> {
  readonly #out: (message: unknown) => void
  readonly #onClose: () => void
  #queue: unknown[] | null = []
  #open = true

  constructor(out: (message: unknown) => void, onClose: () => void) {
    super()
    this.#out = out
    this.#onClose = onClose
  }
  postMessage(message: unknown): void {
    if (this.#open) this.#out(message)
  }
  start(): void {
    const queue = this.#queue ?? []
    this.#queue = null
    for (const data of queue) this.emit('message', { data, ports: [] })
  }
  close(): void {
    if (!this.#open) return
    this.#onClose()
    this.ended()
  }
  /** Not of Electron: a message came in. */
  receive(data: unknown): void {
    if (this.#queue) this.#queue.push(data)
    else if (this.#open) this.emit('message', { data, ports: [] })
  }
  /** Not of Electron: the other end has gone. */
  ended(): void {
    if (!this.#open) return
    this.#open = false
    this.emit('close')
  }
}

export const ipcMain = strict('ipcMain', new EventEmitter())

const CLOSED = 'stand-in:closed'

/** Runs in the page before its scripts. Electron adds an event to MessagePort that Chromium has not: the other end was closed. */
export const pageSource = `{
  // Asked of the app, whose only answer is no: Electron then gives the page no window, and Chromium would have made one.
  const ask = globalThis.__standInOpen
  delete globalThis.__standInOpen
  window.open = (url = '') => { ask(String(URL.canParse(url, location.href) ? new URL(url, location.href) : url)); return null }
}
globalThis.MessageChannel = class extends MessageChannel {
  constructor() {
    super()
    for (const port of [this.port1, this.port2]) {
      const close = port.close.bind(port)
      port.close = () => { port.postMessage('${CLOSED}'); close() }
      port.addEventListener('message', (event) => {
        if (event.data !== '${CLOSED}') return
        event.stopImmediatePropagation()
        port.dispatchEvent(new Event('close'))
      })
    }
  }
}`

/** Runs before the page, apart from its scripts: what a preload script may use, and the wire to main. */
export const preloadSource = (script: string): string => `(() => {
  if (window !== window.top) return
  const ports = new Map(); let last = 0
  const tell = (message) => __toMain(JSON.stringify(message))
  globalThis.__fromMain = (id, text) => {
    const port = ports.get(id)
    if (text === null) { ports.delete(id); port?.postMessage('${CLOSED}'); port?.close() } else port?.postMessage(JSON.parse(text))
  }
  const ipcRenderer = { postMessage(channel, body, [port, ...more]) {
    if (!port || more.length > 0) throw new Error('The stand-in carries one port')
    const id = ++last
    ports.set(id, port)
    tell({ type: 'connect', id, channel, body })
    port.addEventListener('message', ({ data }) => {
      if (data !== '${CLOSED}') return tell({ type: 'message', id, data })
      ports.delete(id)
      tell({ type: 'close', id })
    })
    port.start()
  } }
  const strict = (name, object) => new Proxy(object, { get(target, key) {
    if (key in target) return target[key]
    throw new Error('The stand-in for Electron has no ' + name + '.' + String(key))
  } })
  const require = (name) => {
    if (name !== 'electron') throw new Error('A preload script in the sandbox has no ' + name)
    return strict('electron', { ipcRenderer: strict('ipcRenderer', ipcRenderer) })
  }
  const exports = {}; const module = { exports };
  ((require, module, exports) => {\n${script}\n})(require, module, exports)
})()`
