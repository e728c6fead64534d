import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

const said = createStore<{ text: string }>(() => ({ text: '' }))

/** Tells a screen reader what changed, without moving the focus. */
export function announce(text: string): void {
  said.setState({ text })
}

/** The one polite live region of the window. */
export function Announcer() {
  const text = useStore(said, (state) => state.text)
  return (
    <div role="log" aria-live="polite" aria-relevant="additions text" className="sr-only">
      {text}
    </div>
  )
}
