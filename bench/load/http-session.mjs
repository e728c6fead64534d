import { performance } from 'node:perf_hooks'
import { Connection } from './connection.mjs'

const PROTOCOL = '2025-11-25'
/** Answers above this many bytes are recognised by their first bytes instead of being parsed. */
const PARSED = 65_536

/** One session over Streamable HTTP. Requests go over lanes: connections that carry one at a time. */
export class HttpSession {
  #url
  #headers
  #head = ''
  #stream = null
  #id = 0

  /** @param target { url, token? } */
  constructor({ url, token }) {
    this.#url = new URL(url)
    this.#headers = token ? `authorization: Bearer ${token}\r\n` : ''
    this.lane = this.newLane()
  }

  newLane() {
    return new Connection(this.#url.hostname, this.#url.port)
  }

  #line(method) {
    return `${method} ${this.#url.pathname} HTTP/1.1\r\nhost: ${this.#url.host}\r\n${this.#headers}`
  }

  async #post(lane, body, onEvent) {
    const length = Buffer.byteLength(body)
    const fixed = 'content-type: application/json\r\naccept: application/json, text/event-stream\r\n'
    return lane.request(`${this.#line('POST')}${fixed}${this.#head}content-length: ${length}\r\n\r\n`, body, onEvent)
  }

  /** Opens the session; `hold` keeps its stream for news open too, as clients do. */
  async open({ hold = false } = {}) {
    const { result, headers } = await this.call('initialize', {
      protocolVersion: PROTOCOL,
      capabilities: {},
      clientInfo: { name: 'bench', version: '1' },
    })
    const id = headers['mcp-session-id']
    this.#head = `${id ? `mcp-session-id: ${id}\r\n` : ''}mcp-protocol-version: ${result.protocolVersion}\r\n`
    await this.#post(this.lane, '{"jsonrpc":"2.0","method":"notifications/initialized"}')
    if (hold) {
      this.#stream = this.newLane()
      void this.#stream.request(`${this.#line('GET')}accept: text/event-stream\r\n${this.#head}\r\n`)
    }
    return this
  }

  /**
   * @param params its JSON, or an object
   * @returns {{ ms: number, bytes: number, headers: object, result?: object }} without result where it is long
   * @throws Error where the answer is an error or none
   */
  async call(method, params = {}, lane = this.lane) {
    const id = ++this.#id
    const json = typeof params === 'string' ? params : JSON.stringify(params)
    const body = `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${json}}`
    const started = performance.now()
    let seen = null
    const take = (data) => {
      if (data.length === 0) return
      if (data.length > PARSED) {
        if (data.subarray(0, 200).includes('"result"') || data.subarray(-200).includes('"result"')) seen = { bytes: data.length }
        return
      }
      const message = JSON.parse(data.toString())
      if (message.id === id) seen = { bytes: data.length, ...message }
      if (seen) seen.ms = performance.now() - started
    }
    const { status, headers, body: answer, error } = await this.#post(lane, body, take)
    if (!seen && answer?.length > 0) take(answer)
    if (!seen || seen.error)
      throw new Error(`${method}: ${error ?? (JSON.stringify(seen?.error) || `HTTP ${status} ${answer?.subarray(0, 300)}`)}`)
    return { ms: performance.now() - started, ...seen, headers }
  }

  async close() {
    this.#stream?.close()
    await this.lane.request(`${this.#line('DELETE')}${this.#head}content-length: 0\r\n\r\n`)
    this.lane.close()
  }
}
