import { useEffect } from 'react'

/** What it is worth coming back to, nearest first: a part of a page that has a beginning. */
const PLACES = 'li,form,section,[role=tabpanel],[role=dialog],[role=alertdialog],main'

/**
 * Where what had the focus goes away, the browser gives the focus to nobody, and who does not see the window would begin
 * again at its top. The nearest part of the page that is still there gets it instead.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let places: readonly Element[] = []
    let had: Element | null = null
    let frame = 0
    const keep = () => {
      frame = 0
      if (had?.isConnected !== false || document.activeElement !== document.body) return
      const place = places.find((one) => one.isConnected) ?? document.getElementById('main')
      had = null
      if (!(place instanceof HTMLElement)) return
      if (place.tabIndex < 0) place.tabIndex = -1
      place.dataset.kept = ''
      place.focus({ preventScroll: true })
    }
    const remember = ({ target }: FocusEvent) => {
      had = target instanceof Element ? target : null
      places = had ? ancestors(had) : []
    }
    const watch = new MutationObserver(() => {
      // A dialog that closes and a row that moves bring it back themselves, in the frame after.
      if (had?.isConnected === false && frame === 0)
        frame = requestAnimationFrame(() => {
          frame = requestAnimationFrame(keep)
        })
    })
    document.addEventListener('focusin', remember)
    watch.observe(document.body, { childList: true, subtree: true })
    return () => {
      document.removeEventListener('focusin', remember)
      watch.disconnect()
      cancelAnimationFrame(frame)
    }
  }, [])
}

function ancestors(element: Element): Element[] {
  const found: Element[] = []
  for (let at = element.parentElement?.closest(PLACES); at; at = at.parentElement?.closest(PLACES)) found.push(at)
  return found
}
