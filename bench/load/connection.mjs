import { connect } from 'node:net'

const CRLF = '\r\n'

/**
 * HTTP/1.1 over one connection that is kept. `node:http` would cost 60 µs a call on this side and hide what is
 * measured. Reads bodies of known length, chunked ones, and server-sent events.
 */
export class Connection {
  #host
  #port
  #socket = null
  #current = null
  #rest = null
  #parts = []
  #head = null
  #state = 'head'
  #left = 0

  constructor(host, port) {
    this.#host = host
    this.#port = port
  }

  open() {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: this.#host, port: this.#port, noDelay: true })
      socket.once('connect', () => {
        this.#socket = socket
        resolve()
      })
      socket.once('error', reject)
      socket.on('data', (chunk) => this.#read(chunk))
      socket.on('close', () => {
        if (this.#socket === socket) this.#socket = null
        this.#settle({ error: 'closed' })
      })
    })
  }

  /**
   * Sends one request. @param onEvent called with the data of each event of a stream
   * @returns {Promise<{ status?: number, headers?: object, body?: Buffer, error?: string }>}
   */
  async request(head, body, onEvent) {
    if (!this.#socket) await this.open()
    this.#rest = null
    this.#parts = []
    this.#state = 'head'
    return new Promise((resolve) => {
      this.#current = { resolve, onEvent }
      const socket = this.#socket
      socket.cork()
      socket.write(head, 'latin1')
      if (body) socket.write(body)
      socket.uncork()
    })
  }

  close() {
    this.#current = null
    this.#socket?.destroy()
    this.#socket = null
  }

  #settle(answer) {
    const current = this.#current
    this.#current = null
    current?.resolve(answer)
  }

  #finish() {
    const body = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts)
    const head = this.#head
    if (head.connection === 'close') this.close()
    this.#settle({ status: head.status, headers: head, body })
  }

  #readHead(text) {
    const [first, ...lines] = text.split(CRLF)
    const head = { status: Number(first.slice(9, 12)) }
    for (const line of lines) {
      const colon = line.indexOf(':')
      head[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
    }
    this.#head = head
    this.#left = Number(head['content-length'] ?? 0)
    this.#state = head['transfer-encoding'] === 'chunked' ? 'size' : 'counted'
    this.#current.isStream = head['content-type']?.startsWith('text/event-stream')
  }

  #read(chunk) {
    let data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    this.#rest = null
    while (this.#current) {
      if (this.#state === 'counted' || this.#state === 'chunk') {
        const piece = data.subarray(0, this.#left)
        if (piece.length > 0) this.#take(piece)
        this.#left -= piece.length
        data = data.subarray(piece.length)
        if (this.#left > 0) return
        if (this.#state === 'counted') return this.#finish()
        if (data.length < 2) break
        data = data.subarray(2)
        this.#state = 'size'
        continue
      }
      const end = data.indexOf(this.#state === 'head' ? '\r\n\r\n' : CRLF)
      if (end < 0) break
      const text = data.latin1Slice(0, end)
      if (this.#state === 'head') {
        data = data.subarray(end + 4)
        this.#readHead(text)
      } else if (this.#state === 'size') {
        data = data.subarray(end + 2)
        this.#left = Number.parseInt(text, 16)
        this.#state = this.#left === 0 ? 'trailer' : 'chunk'
      } else return this.#finish()
    }
    if (data.length > 0) this.#rest = data
  }

  /** Events are put together only where one may end, so that one of a megabyte stays linear. */
  #take(piece) {
    this.#parts.push(Buffer.from(piece))
    if (!this.#current.isStream) return
    const before = this.#parts.at(-2)
    if (piece.indexOf('\n\n') < 0 && !(before?.at(-1) === 10 && piece[0] === 10)) return
    let all = Buffer.concat(this.#parts)
    for (let end = all.indexOf('\n\n'); end >= 0; end = all.indexOf('\n\n')) {
      const at = all.indexOf('data:')
      if (at >= 0 && at < end) this.#current?.onEvent?.(all.subarray(all[at + 5] === 32 ? at + 6 : at + 5, end))
      all = all.subarray(end + 2)
    }
    this.#parts = all.length > 0 ? [all] : []
  }
}
