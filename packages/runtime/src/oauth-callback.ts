import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ERRORS, type ErrorCode, type OAuthSettings } from '@local-mcp/contract'
import { AppError, type Logger } from '@local-mcp/kernel'
import { problemOf, toAppError } from './errors.ts'
import { type HttpListener, listenOnLoopback, type RequestHandler } from './http-listener.ts'

const PATHS = new Set(['/oauth/callback', '/api/oauth/callback'])
const RESULT = /^\/oauth\/result\/([0-9a-f-]{36})$/
/** How many results wait to be shown, and for how long, in milliseconds. */
const MAX_RESULTS = 20
const RESULT_TIME = 5 * 60_000
/** How long whoever closes waits for a browser to read its last page, in milliseconds. */
const READ_TIME = 2000

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;place-items:center;min-height:100vh;background:#f6f7f9;color:#15181e}' +
  'main{max-width:34rem;padding:2rem;margin:1rem;background:#fff;border:1px solid #d9dde4;border-radius:12px}' +
  'h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:.5rem 0;overflow-wrap:anywhere}small{color:#5a6372}' +
  '@media(prefers-color-scheme:dark){body{background:#111418;color:#e8ebf0}main{background:#1a1e24;border-color:#323842}small{color:#9aa4b2}}'
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** What a browser says of the whole way is said of its last step too. */
const isOurs = (path: string) => PATHS.has(path) || RESULT.test(path)

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[char] as string)

interface Page {
  readonly status: number
  readonly title: string
  readonly lines: readonly string[]
  readonly code: string | null
}

function render({ title, lines, code }: Page): string {
  const paragraphs = lines.map((line) => `<p>${escaped(line)}</p>`).join('')
  const small = code === null ? '' : `<p><small>${escaped(code)}</small></p>`
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head><body><main><h1>${escaped(title)}</h1>${paragraphs}${small}</main></body></html>`
}

export interface OAuthCallbackOptions {
  /** Ends a sign-in with what the browser brought. @throws AppError */
  readonly finish: (answer: URLSearchParams) => Promise<{ readonly account: { readonly name: string }; readonly server: string }>
  /** Where the gateway listens; null: it does not, so a listener of its own is opened while a sign-in is pending. */
  readonly served: () => number | null
  /** A port of its own, which is only open while a sign-in is pending; null: that of the gateway. */
  readonly ownPort: number | null
  /** The port that a gateway would have, for one that serves nothing. */
  readonly fallbackPort: number
  /** Where the browser is to come back to, instead of this computer's usual names; null: nobody said. */
  readonly redirectBase: string | null
  readonly logger: Logger
}

/**
 * Where authorization servers send the browser back to. What it brings is used once and shown nowhere: the page that
 * tells how it went has another address, so that no code stays in the history.
 */
export function createOAuthCallback({ finish, served, ownPort, fallbackPort, redirectBase, logger }: OAuthCallbackOptions) {
  const results = new Map<string, { readonly page: Page; readonly until: number; readonly read: () => void }>()
  /** Answers whose last page was not read yet. */
  const unread = new Set<Promise<void>>()
  let leaving: Promise<void> = Promise.resolve()
  let own: { listener: Promise<HttpListener>; timer: NodeJS.Timeout } | null = null
  const port = () => ownPort ?? served() ?? fallbackPort

  function send(res: ServerResponse, page: Page): void {
    const bytes = Buffer.from(render(page))
    res.writeHead(page.status, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': bytes.length,
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
    })
    res.end(bytes)
  }

  function pageOf(error: unknown): Page {
    const problem = problemOf(toAppError(error, logger))
    const { title } = ERRORS[problem.code as ErrorCode]
    return { status: problem.status, title, lines: [problem.detail, problem.next], code: problem.code }
  }

  /** @returns to be called when the last page of an answer was read */
  function expectReader(): () => void {
    let read = () => {}
    const reading = new Promise<void>((resolve) => {
      read = resolve
    }).then(() => void unread.delete(reading))
    unread.add(reading)
    return read
  }

  async function take(req: IncomingMessage, res: ServerResponse, read: () => void): Promise<void> {
    const query = new URLSearchParams((req.url ?? '').split('?').slice(1).join('?'))
    const page = await finish(query).then(
      ({ account, server }): Page => ({
        status: 200,
        title: 'Signed in',
        lines: [`You are signed in to ${server} as ${account.name}.`, 'You can close this page and go back to the app.'],
        code: null,
      }),
      pageOf,
    )
    if (page.code === null) closeOwn()
    const id = randomUUID()
    const now = performance.now()
    for (const [old, { until }] of results) if (until < now || results.size >= MAX_RESULTS) results.delete(old)
    results.set(id, { page, until: now + RESULT_TIME, read })
    setTimeout(read, READ_TIME)
    res.writeHead(303, {
      location: `/oauth/result/${id}`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-length': 0,
    })
    res.end()
  }

  /** @returns whether it was a request for one of its pages */
  function handle(req: IncomingMessage, res: ServerResponse): boolean {
    const path = (req.url ?? '/').split('?', 1)[0] as string
    const shown = RESULT.exec(path)?.[1]
    if (!PATHS.has(path) && shown === undefined) return false
    if (req.method !== 'GET') {
      res.writeHead(405, { allow: 'GET', 'content-length': 0 })
      res.end()
    } else if (shown === undefined) {
      const read = expectReader()
      void take(req, res, read).catch((error: unknown) => {
        read()
        send(res, pageOf(error))
      })
    } else {
      const result = results.get(shown)
      if (result && result.until > performance.now()) {
        res.once('close', result.read)
        send(res, result.page)
      } else send(res, pageOf(new AppError('INVALID_STATE', 'This page is not there any more')))
    }
    return true
  }

  /** Nobody else has business there. */
  const alone =
    (listening: () => number): RequestHandler =>
    (req, res) => {
      const host = (req.headers.host ?? '').toLowerCase()
      const known = ['127.0.0.1', 'localhost', '[::1]'].some((name) => host === `${name}:${listening()}`)
      if (known && handle(req, res)) return
      res.writeHead(known ? 404 : 403, { 'content-length': 0 })
      res.end()
    }

  function closeOwn(): void {
    if (!own) return
    const { listener, timer } = own
    own = null
    clearTimeout(timer)
    // Whoever was just answered still reads the page behind it.
    leaving = Promise.all([listener, ...unread]).then(
      ([open]) => open.close(),
      () => {},
    )
  }

  return {
    handle,
    /** Whether a request may come from another site: the browser of the person is sent here from there. */
    isReturn: (req: IncomingMessage): boolean =>
      req.method === 'GET' &&
      req.headers.origin === undefined &&
      req.headers['sec-fetch-mode'] === 'navigate' &&
      isOurs((req.url ?? '/').split('?', 1)[0] as string),
    redirectUri: (host: OAuthSettings['redirectHost']): string =>
      new URL('/oauth/callback', redirectBase ?? `http://${host}:${port()}`).href,
    /** Listens where the browser will come back to, for as long as a sign-in may take. @throws AppError PORT_IN_USE */
    async expect(forMs: number): Promise<void> {
      if (ownPort === null && served() !== null) return
      const given = port()
      if (own) clearTimeout(own.timer)
      const listener =
        own?.listener ??
        leaving.then(() =>
          listenOnLoopback(
            alone(() => given),
            given,
            logger,
          ),
        )
      own = { listener, timer: setTimeout(closeOwn, forMs).unref() }
      await listener.catch((error: unknown) => {
        own = null
        throw error
      })
    },
    async close(): Promise<void> {
      closeOwn()
      await leaving
    },
  }
}

export type OAuthCallback = ReturnType<typeof createOAuthCallback>
