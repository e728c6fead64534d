import { EventEmitter } from 'node:events'

interface Answer {
  readonly id?: number
  readonly sessionId?: string
  readonly method?: string
  readonly params?: never
  readonly result?: Record<string, never>
  readonly error?: { readonly message: string }
}

/** What one page of the browser says, and is told. */
export class CdpSession extends EventEmitter {
  readonly #cdp: Cdp
  readonly #id: string
  constructor(cdp: Cdp, id: string) {
    super()
    this.#cdp = cdp
    this.#id = id
  }
  send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    return this.#cdp.send(method, params, this.#id)
  }
}

/** The browser's own protocol over its socket. */
export class Cdp extends EventEmitter {
  #next = 0
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, { resolve(result: Record<string, unknown>): void; reject(error: Error): void }>()
  readonly #sessions = new Map<string, CdpSession>()

  constructor(socket: WebSocket) {
    super()
    this.#socket = socket
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)) as Answer)
  }

  static async open(url: string): Promise<Cdp> {
    const socket = new WebSocket(url)
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = () => reject(new Error('The browser does not answer'))
    })
    return new Cdp(socket)
  }

  #hear({ id, sessionId, method, params, result, error }: Answer): void {
    if (id === undefined) {
      const to = sessionId === undefined ? this : this.#sessions.get(sessionId)
      to?.emit(method ?? '', params)
      return
    }
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) waiting?.reject(new Error(error.message))
    else waiting?.resolve(result ?? {})
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#next
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }))
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  /** The page with this id, from now on. */
  async attach(targetId: string): Promise<CdpSession> {
    const { sessionId } = (await this.send('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string }
    const session = new CdpSession(this, sessionId)
    this.#sessions.set(sessionId, session)
    return session
  }
}
