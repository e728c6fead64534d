import { type ComponentProps, type MouseEvent, useEffect, useSyncExternalStore } from 'react'
import { createStore } from 'zustand/vanilla'

export interface NavigateOptions {
  readonly replace?: boolean
  /** A fact for the page that opens, e.g. that a server was just added. */
  readonly state?: unknown
  /** What was typed on this page has been saved, or is to be thrown away: nobody is asked. */
  readonly saved?: boolean
}

const listeners = new Set<() => void>()
const changed = () => {
  here = location.href
  for (const listener of listeners) listener()
}

/** The page that is shown, for the way back to it. */
let here = location.href
/** Forms in which something was typed and not saved. */
const unsaved = new Set<object>()
let mayGo = false

/** The way out of a page that holds something unsaved, while the person is asked; null: nobody is. */
export const leaving = createStore<{ go: (() => void) | null }>(() => ({ go: null }))

/** Whether going there would lose what was typed. */
const wouldLose = (to: string) => unsaved.size > 0 && !mayGo && new URL(to, here).pathname !== new URL(here).pathname

addEventListener('popstate', () => {
  if (wouldLose(location.href)) {
    // The browser has gone already: the page is put back on top, and one step back leads where it wanted to go.
    history.pushState(null, '', here)
    leaving.setState({
      go: () => {
        mayGo = true
        history.back()
      },
    })
    return
  }
  mayGo = false
  changed()
})

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Opens a page of the window. The fragment stays free: it carries the one-time code. */
export function navigate(to: string, options: NavigateOptions = {}): void {
  if (!options.saved && wouldLose(to)) leaving.setState({ go: () => move(to, options) })
  else move(to, options)
}

function move(to: string, { replace = false, state = null }: NavigateOptions): void {
  if (replace) history.replaceState(state, '', to)
  else {
    history.pushState(state, '', to)
    scrollTo(0, 0)
  }
  changed()
}

/** While it is true, nobody leaves this page without being asked. */
export function useUnsaved(isUnsaved: boolean): void {
  useEffect(() => {
    if (!isUnsaved) return
    const mark = {}
    unsaved.add(mark)
    // Electron would refuse to close the window without saying why; the browser asks.
    const ask = (event: BeforeUnloadEvent) => location.protocol === 'http:' && event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => {
      unsaved.delete(mark)
      removeEventListener('beforeunload', ask)
    }
  }, [isUnsaved])
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
