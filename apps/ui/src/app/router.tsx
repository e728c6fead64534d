import { type ComponentProps, type MouseEvent, useSyncExternalStore } from 'react'

/** History state of the page that was open before, so that a page can name the way it was reached. */
export interface NavigateOptions {
  readonly replace?: boolean
  /** A fact for the page that opens, e.g. that a server was just added. */
  readonly state?: unknown
}

const listeners = new Set<() => void>()
const changed = () => {
  for (const listener of listeners) listener()
}
addEventListener('popstate', changed)

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Opens a page of the window. The fragment stays free: it carries the one-time code. */
export function navigate(to: string, { replace = false, state = null }: NavigateOptions = {}): void {
  if (replace) history.replaceState(state, '', to)
  else {
    history.pushState(state, '', to)
    scrollTo(0, 0)
  }
  changed()
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname)
}

/** The query of the address, with its question mark where there is one. */
export function useSearch(): string {
  return useSyncExternalStore(subscribe, () => location.search)
}

/** Value of one search parameter, or null. */
export function useSearchParam(name: string): string | null {
  return useSyncExternalStore(subscribe, () => new URLSearchParams(location.search).get(name))
}

/** A link that opens a page without loading the document again. Modified clicks stay the browser's. */
export function Link({ href, onClick, ...props }: ComponentProps<'a'> & { href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(href)
  }
  return <a href={href} onClick={follow} {...props} />
}
