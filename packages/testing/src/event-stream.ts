export interface StreamEvent {
  readonly id: string | null
  readonly retry: string | null
  /** As it came. */
  readonly data: string
  /** Parsed; null for an event without a message. */
  readonly message: Record<string, unknown> | null
}

export interface OpenStream {
  readonly status: number
  readonly headers: Headers
  /** What has come so far, without comments. */
  readonly events: readonly StreamEvent[]
  /** Whether the other side has ended it, in order or not. */
  readonly ended: () => boolean
  /** Breaks it off. */
  cut(): void
}

function readEvent(block: string): StreamEvent | null {
  const field = (name: string) => block.match(new RegExp(`^${name}: ?(.*)$`, 'm'))?.[1] ?? null
  const data = field('data')
  if (data === null) return null
  return { id: field('id'), retry: field('retry'), data, message: data.trim().startsWith('{') ? JSON.parse(data) : null }
}

/** Sends a request whose answer is a stream of events, and reads it as it comes. */
export async function openEventStream(url: string, init: RequestInit): Promise<OpenStream> {
  const abort = new AbortController()
  const response = await fetch(url, { ...init, signal: abort.signal })
  const events: StreamEvent[] = []
  let ended = false
  async function read(): Promise<void> {
    let rest = ''
    for await (const chunk of response.body ?? []) {
      rest += Buffer.from(chunk as Uint8Array).toString('utf8')
      const blocks = rest.split('\n\n')
      rest = blocks.pop() ?? ''
      events.push(...blocks.flatMap((block) => readEvent(block) ?? []))
    }
  }
  read()
    .catch(() => {})
    .finally(() => {
      ended = true
    })
  return { status: response.status, headers: response.headers, events, ended: () => ended, cut: () => abort.abort() }
}
