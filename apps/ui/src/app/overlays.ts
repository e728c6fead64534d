import { createStore } from 'zustand/vanilla'

/** What can be opened over any page. */
export type Overlay = 'palette' | 'shortcuts' | 'token'

export const overlays = createStore<{ open: Overlay | null }>(() => ({ open: null }))

export const openOverlay = (open: Overlay | null): void => overlays.setState({ open })
