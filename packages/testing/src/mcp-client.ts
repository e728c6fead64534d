/** One answer of the endpoint, as it came. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * A client that sends exactly the bytes that it is told to and shows exactly what comes back, for what the official
 * clients would tidy up on the way.
 */
export async function openRawSession(url: string, token: string, protocolVersion = '2025-11-25') {
  let session: string | null = null
  async function send(body: string | object, headers: Record<string, string> = {}): Promise<RawAnswer> {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(session ? { 'mcp-session-id': session, 'mcp-protocol-version': protocolVersion } : {}),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const opened = await send({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  })
  session = opened.headers.get('mcp-session-id')
  await send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  return {
    opened,
    session,
    send,
    /** Sends a request and gives the parsed response. */
    async request(
      id: number | string,
      method: string,
      params: object = {},
    ): Promise<{ result?: never; error?: { code: number; message: string; data?: Record<string, unknown> } } & Record<string, unknown>> {
      return JSON.parse((await send({ jsonrpc: '2.0', id, method, params })).text)
    },
    /** Reads the session's own stream until `enough` says so. */
    async listen(enough: (messages: readonly { method?: string }[]) => boolean, ms = 10_000): Promise<{ method?: string }[]> {
      const abort = new AbortController()
      const timer = setTimeout(() => abort.abort(), ms)
      const messages: { method?: string }[] = []
      try {
        const response = await fetch(url, {
          headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', 'mcp-session-id': session ?? '' },
          signal: abort.signal,
        })
        let text = ''
        for await (const chunk of response.body as ReadableStream<Uint8Array>) {
          text += Buffer.from(chunk).toString('utf8')
          messages.length = 0
          for (const line of text.split('\n')) if (line.startsWith('data: {')) messages.push(JSON.parse(line.slice(6)))
          if (enough(messages)) break
        }
      } catch (error) {
        if (!abort.signal.aborted) throw error
      } finally {
        clearTimeout(timer)
        abort.abort()
      }
      return messages
    },
  }
}
