import type { RawAnswer } from './mcp-client.ts'

const NS = 'io.modelcontextprotocol/'
const VERSION = '2026-07-28'
const NAMED: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
}

export interface ModernRequestOptions {
  readonly capabilities?: object
  readonly meta?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** The response, as a JSON-RPC client that does not check anything would see it. */
export type RpcAnswer = { result?: never; error?: { code: number; message: string; data?: Record<string, unknown> } } & Record<
  string,
  unknown
>

/** A client of the modern era that sends exactly what it is told to, and shows exactly what comes back. */
export function openModernClient(url: string, token: string) {
  function open(id: number | string, method: string, params: Record<string, unknown>, options: ModernRequestOptions): Promise<Response> {
    const named = params[NAMED[method] ?? '']
    const _meta = { [`${NS}protocolVersion`]: VERSION, [`${NS}clientCapabilities`]: options.capabilities ?? {}, ...options.meta }
    return fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': VERSION,
        'mcp-method': method,
        ...(typeof named === 'string' ? { 'mcp-name': named } : {}),
        ...options.headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } }),
      ...(options.signal ? { signal: options.signal } : {}),
    })
  }
  return {
    open,
    async send(method: string, params: Record<string, unknown> = {}, options: ModernRequestOptions = {}): Promise<RawAnswer> {
      const response = await open(1, method, params, options)
      return { status: response.status, headers: response.headers, text: await response.text() }
    },
    /** The last message of the answer, which is the response. */
    async request(method: string, params: Record<string, unknown> = {}, options: ModernRequestOptions = {}): Promise<RpcAnswer> {
      const response = await open(1, method, params, options)
      const text = await response.text()
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
      return JSON.parse(
        isStream
          ? (text
              .match(/^data: \{.*$/gm)
              ?.at(-1)
              ?.slice(6) ?? '')
          : text,
      )
    },
  }
}
