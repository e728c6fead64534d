import { en } from '../texts/en.ts'
import { DRAIN_MS } from './quit.ts'

/** What the window shows where the app itself has to say something: without a script, so that nothing of it can fail. */
export type Notice =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly next: string; readonly port: PortChoice }
  | { readonly kind: 'crashed'; readonly message: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'quitting'; readonly calls: number }

/** The port for clients, and whether the window may choose another: not where the environment says which. */
export interface PortChoice {
  readonly port: number
  readonly isFree: boolean
}

/** What a notice's links and forms can ask for. */
export const NOTICE_ACTIONS = ['start', 'retry', 'port', 'reload', 'restart', 'quit'] as const
export type NoticeAction = (typeof NOTICE_ACTIONS)[number]

export const isNoticeAction = (action: string): action is NoticeAction => (NOTICE_ACTIONS as readonly string[]).includes(action)

const html = (text: string) =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c] as string)

const button = (action: NoticeAction, label: string, primary = false) =>
  `<a class="button${primary ? ' primary' : ''}" href="/~/do/${action}">${html(label)}</a>`

interface Content {
  readonly title: string
  readonly texts: readonly string[]
  readonly code?: string
  readonly more?: string
  readonly buttons: readonly string[]
}

const portForm = (port: number) => `<form method="get" action="/~/do/port">
<label for="port">${html(en.notice.portLabel)}</label> <span class="hint" id="hint">${html(en.notice.portHint)}</span>
<div class="row"><input id="port" name="port" type="number" required min="1024" max="65535" value="${Math.min(port + 1, 65_535)}" aria-describedby="hint">
<button class="button">${html(en.notice.choosePort)}</button></div></form>`

function contentOf(notice: Notice): Content {
  const { notice: t } = en
  const quit = button('quit', t.quit)
  if (notice.kind === 'stopped') return { title: t.stopped, texts: [t.stoppedText], buttons: [button('start', t.start, true), quit] }
  if (notice.kind === 'gone') return { title: t.gone, texts: [t.goneText], buttons: [button('reload', t.reload, true), quit] }
  if (notice.kind === 'crashed')
    return { title: t.crashed, texts: [t.crashedText, notice.message], buttons: [button('restart', t.restart, true), quit] }
  if (notice.kind === 'quitting') {
    const text = t.quittingText(notice.calls, DRAIN_MS / 1000)
    return { title: t.quitting, texts: [text], more: '<div class="deadline"><div></div></div>', buttons: [button('quit', t.quitNow)] }
  }
  const { code, message, next } = notice
  const { port, isFree } = notice.port
  const buttons = [button('retry', t.retry, true), quit]
  if (code === 'PORT_IN_USE') {
    const texts = [`${message}.`, isFree ? t.portText : t.portFixed]
    return { title: t.port(port), texts, code, ...(isFree ? { more: portForm(port) } : {}), buttons }
  }
  return { title: code === 'ALREADY_RUNNING' ? t.running : t.failed, texts: [message, next], code, buttons }
}

/** The page of a notice. Its only means are links and forms to actions of ours. */
export function noticePage(notice: Notice): string {
  const { title, texts, code, more = '', buttons } = contentOf(notice)
  const paragraphs = texts.filter(Boolean).map((text) => `<p>${html(text)}</p>`)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${html(title)}</title>
<link rel="icon" type="image/svg+xml" href="/icon.svg"><link rel="stylesheet" href="/~/notice.css"></head>
<body><main role="${notice.kind === 'quitting' ? 'status' : 'alert'}"><h1>${html(title)}</h1>${paragraphs.join('')}
${code ? `<p class="code">${html(code)}</p>` : ''}${more}<p class="row">${buttons.join(' ')}</p></main></body></html>`
}

/** As strict as the window's, but for forms, which lead to actions of ours only. */
export const NOTICE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

export const NOTICE_CSS = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f2a, #eef0f4); --ink-2: light-dark(#454b5a, #bfc4cf);
  --line: light-dark(#8b90a0, #777d8d); --accent: light-dark(#3d5bd9, #5b76e6); --canvas: light-dark(#f8f9fb, #14171e); }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; padding: 2rem; background: var(--canvas); color: var(--ink);
  font: 0.9375rem/1.55 system-ui, -apple-system, 'Segoe UI', sans-serif }
main { max-width: 34rem }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.3; text-wrap: balance; overflow-wrap: anywhere }
p { margin: 0 0 .75rem; color: var(--ink-2); overflow-wrap: anywhere }
.code { font: .8125rem ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace }
.hint { color: var(--ink-2) }
.row { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0 0 }
form .row { margin: .375rem 0 1.25rem }
.button, input { font: inherit; padding: .4rem .9rem; border: 1px solid var(--line); border-radius: .4rem; color: var(--ink);
  background: transparent; text-decoration: none }
input { width: 8rem }
.primary { background: var(--accent); border-color: var(--accent); color: #fff }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.deadline { height: .375rem; border-radius: 1rem; background: light-dark(#e3e6ee, #2a2f3a); overflow: hidden }
.deadline div { height: 100%; background: var(--accent); transform-origin: left; animation: run ${DRAIN_MS}ms linear forwards }
@keyframes run { to { transform: scaleX(0) } }
`
