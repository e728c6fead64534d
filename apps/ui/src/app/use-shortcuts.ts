import { type RefObject, useEffect } from 'react'
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
/** Where a character that begins no word has a meaning of its own. */
const WRITTEN_IN = 'input, textarea, select, [contenteditable], [role=textbox]'
/** What is open over the page takes all keys. */
const OVER_THE_PAGE = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]'

/** Whether a key without a modifier is meant for the page, and not for what is typed in or lies over it. */
function isForPage({ target, ctrlKey, metaKey, altKey }: KeyboardEvent, typedIn = TYPED_IN): boolean {
  if (ctrlKey || metaKey || altKey) return false
  if (target instanceof Element && target.closest(typedIn)) return false
  // A list that was open once stays in the page, unseen.
  const isCovered = [...document.querySelectorAll(OVER_THE_PAGE)].some((one) => one.checkVisibility({ visibilityProperty: true }))
  // Also while something is on its way: the letters are meant for it.
  return overlays.getState().open === null && !isCovered
}

/** Whether keys without a modifier do something: who speaks to the computer switches them off. */
const useSingleKeys = (): boolean => useAppearance().data?.singleKeys ?? false

/** `/` leads to the search of the page. */
export function useSearchKey(input: RefObject<HTMLInputElement | null>): void {
  const singleKeys = useSingleKeys()
  useEffect(() => {
    if (!singleKeys) return
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.defaultPrevented || event.isComposing || !isForPage(event, WRITTEN_IN) || !input.current) return
      event.preventDefault()
      input.current.focus()
      input.current.select()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [singleKeys, input])
}

/** Ctrl or Cmd with K opens the search; the keys without a modifier can be switched off. */
export function useShortcuts(): void {
  const singleKeys = useSingleKeys()
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
      if (!singleKeys || !isForPage(event)) return
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
