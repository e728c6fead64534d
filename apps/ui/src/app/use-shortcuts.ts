import { useEffect } from 'react'
import { createKeySequence } from '../lib/key-sequence.ts'
import { useAppearance } from './appearance.ts'
import { NAV } from './nav.ts'
import { openOverlay, overlays } from './overlays.ts'
import { navigate } from './router.tsx'

const isMac = /Mac|iPhone|iPad/.test(navigator.platform)
/** The key that goes with letters that do something. */
export const COMMAND_KEY = isMac ? '⌘' : 'Ctrl'

/** Where keys have a meaning of their own: what is typed in, and lists that are moved through by typing. */
const TYPED_IN = 'input, textarea, select, [contenteditable], [role=textbox], [role=combobox], [role=listbox], [role=menu]'
/** What is open over the page takes all keys. */
const OVER_THE_PAGE = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]'

/** Ctrl or Cmd with K opens the search; the keys without a modifier can be switched off. */
export function useShortcuts(): void {
  const singleKeys = useAppearance().data?.singleKeys ?? false
  useEffect(() => {
    const read = createKeySequence(Object.fromEntries(NAV.map(({ go, href }) => [go, href])))
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return
      const command = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey
      if (command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
        // A question waits for its answer first.
        if (document.querySelector('[role=alertdialog]')) return
        event.preventDefault()
        openOverlay(overlays.getState().open === 'palette' ? null : 'palette')
        return
      }
      if (!singleKeys || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.target instanceof Element && event.target.closest(TYPED_IN)) return
      // Also while it is on its way: the letters are meant for it.
      if (overlays.getState().open !== null || document.querySelector(OVER_THE_PAGE)) return
      const meaning = read(event.key, event.timeStamp)
      if (meaning === null) return
      event.preventDefault()
      if (meaning === 'shortcuts') openOverlay('shortcuts')
      else navigate(meaning.go)
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [singleKeys])
}
