import { Agent, type IncomingMessage, request } from 'node:http'

export interface LightAnswer {
  readonly status: number
  readonly session: string | null
  /** Every message of the body, in order, whether it came as JSON or as events. */
  readonly messages: readonly Message[]
}

/** As much of a message as tests look at. */
export interface Message {
  readonly id?: string | number | null
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: { readonly content?: readonly { readonly text?: string }[]; readonly isError?: boolean } & Record<string, unknown>
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> }
}

export interface LightRequest {
  readonly url: string
  readonly token: string
  /** Absent: a GET. */
  readonly body?: string | Buffer | object
  readonly method?: string
  readonly session?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

/** An open stream of events. */
export interface LightStream {
  readonly status: number
  readonly messages: Message[]
  /** The id of the newest event; null where none had one. */
  lastId(): string | null
  readonly closed: Promise<void>
  close(): void
}

const NS = 'io.modelcontextprotocol/'
export const MODERN_VERSION = '2026-07-28'

/** The params and headers that make a request one of the stateless era. */
export function modern(method: string, params: Record<string, unknown>, capabilities: object = {}) {
  const meta = params._meta as object | undefined
  const name = params.name ?? params.uri ?? params.taskId
  return {
    params: { ...params, _meta: { ...meta, [`${NS}protocolVersion`]: MODERN_VERSION, [`${NS}clientCapabilities`]: capabilities } },
    headers: {
      'mcp-protocol-version': MODERN_VERSION,
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
  }
}

export function messagesOf(text: string, type: string): Message[] {
  if (text === '') return []
  if (!type.startsWith('text/event-stream')) return type.startsWith('application/json') ? [JSON.parse(text) as Message].flat() : []
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)) as Message)
}

/**
 * A client that costs little, so that one process can be a thousand of them.
 *
 * @param maxSockets connections that it keeps for requests; streams have their own
 */
export function lightClient(maxSockets = 64) {
  const agent = new Agent({ keepAlive: true, maxSockets })

  function open({ url, token, body, method, session, headers }: LightRequest, own: boolean): Promise<IncomingMessage> {
    const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const req = request(
        url,
        {
          method: method ?? (bytes === undefined ? 'GET' : 'POST'),
          agent: own ? false : agent,
          headers: {
            authorization: `Bearer ${token}`,
            accept: bytes === undefined ? 'text/event-stream' : 'application/json, text/event-stream',
            ...(bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(bytes)) }),
            ...(session ? { 'mcp-session-id': session } : {}),
            ...headers,
          },
        },
        resolve,
      )
      req.on('error', reject)
      req.end(bytes)
    })
  }

  return {
    /** Sends one request and reads all of the answer. */
    async send(what: LightRequest): Promise<LightAnswer> {
      const res = await open(what, false)
      let text = ''
      res.setEncoding('utf8')
      for await (const chunk of res) text += chunk
      const session = res.headers['mcp-session-id']
      return {
        status: res.statusCode ?? 0,
        session: typeof session === 'string' ? session : null,
        messages: messagesOf(text, res.headers['content-type'] ?? ''),
      }
    },

    /** Opens a stream on a connection of its own: a GET, or a POST that is answered with events. */
    async stream(what: LightRequest): Promise<LightStream> {
      const res = await open(what, true)
      const messages: Message[] = []
      let lastId: string | null = null
      let rest = ''
      res.setEncoding('utf8')
      res.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n')
        rest = lines.pop() as string
        for (const line of lines) {
          if (line.startsWith('data: {')) messages.push(JSON.parse(line.slice(6)) as Message)
          else if (line.startsWith('id: ')) lastId = line.slice(4)
        }
      })
      const closed = new Promise<void>((resolve) => res.once('close', () => resolve()))
      res.on('error', () => {})
      return { status: res.statusCode ?? 0, messages, lastId: () => lastId, closed, close: () => res.destroy() }
    },

    /** The response itself, on a connection of its own, for who reads it in a way of its own. */
    raw: (what: LightRequest) => open(what, true),

    /** Opens a session of the legacy era. @returns its id; null where it was refused */
    async session(url: string, token: string, protocolVersion = '2025-11-25', capabilities: object = {}): Promise<string | null> {
      const params = { protocolVersion, capabilities, clientInfo: { name: 'light', version: '1' } }
      const { session } = await this.send({ url, token, body: { jsonrpc: '2.0', id: 0, method: 'initialize', params } })
      return session
    },

    /** Lets the idle connections go; the next request opens new ones. */
    rest: () => agent.destroy(),
  }
}

export type LightClient = ReturnType<typeof lightClient>
