/** Where the window's own files are. Nothing else is ever loaded. */
export const APP_SCHEME = 'app'
const APP_ORIGIN = 'app://lmg'
/** Below it nothing is a page: what a notice shows, and what its links and forms ask for. */
const NOTICE = '/~/notice'
const ACTION = '/~/do/'

export const appUrl = (path: string): string => `${APP_ORIGIN}${path}`
export const NOTICE_URL = appUrl(NOTICE)

export type Navigation =
  | { readonly to: 'page' }
  | { readonly to: 'action'; readonly action: string; readonly input: Readonly<Record<string, string>> }
  | { readonly to: 'nowhere' }

function parse(url: string): URL | null {
  // What another parser might read in another way is no address of ours.
  return /[\p{Cc}\\]/u.test(url) || !URL.canParse(url) ? null : new URL(url)
}

const isOwn = (url: URL) => url.protocol === 'app:' && url.host === 'lmg' && url.username === '' && url.password === ''

/** What becomes of a navigation that a page asks for. */
export function decideNavigation(url: string, isMainFrame: boolean): Navigation {
  const target = parse(url)
  if (!target || !isMainFrame || !isOwn(target)) return { to: 'nowhere' }
  if (target.pathname.startsWith(ACTION))
    return { to: 'action', action: target.pathname.slice(ACTION.length), input: Object.fromEntries(target.searchParams) }
  return { to: 'page' }
}

/** An address that may be handed to the person's browser; null where it may not. No page of ours opens a window. */
export function outsideUrl(url: string): string | null {
  const target = parse(url)
  if (!target || url.length > 2048 || (target.protocol !== 'https:' && target.protocol !== 'http:')) return null
  return target.username || target.password ? null : target.href
}

/** The path of the app's own file that a request means; null for a request that is none of ours. */
export function ownPath(url: string): string | null {
  const target = parse(url)
  return target && isOwn(target) ? target.pathname : null
}

/** Copy buttons write text to the clipboard. Nothing else of what a page can ask for is granted. */
export const isPermitted = (permission: string, requestingUrl: string): boolean =>
  permission === 'clipboard-sanitized-write' && ownPath(requestingUrl) !== null

export interface Sender {
  readonly isEnrolled: boolean
  readonly isMainFrame: boolean
  /** Null where the frame has gone. */
  readonly frameUrl: string | null
  readonly ports: number
}

/** Whether a message that brings a port is from our own page: its window, its main frame, its exact origin. */
export function acceptsPort({ isEnrolled, isMainFrame, frameUrl, ports }: Sender): boolean {
  const path = frameUrl === null ? null : ownPath(frameUrl)
  return isEnrolled && isMainFrame && ports === 1 && path !== null && path !== NOTICE
}
