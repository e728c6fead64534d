import { lazy, Suspense, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { openOverlay, overlays } from './overlays.ts'

const loadPalette = () => import('../features/palette/palette-dialog.tsx')
const Palette = lazy(async () => ({ default: (await loadPalette()).PaletteDialog }))
const Shortcuts = lazy(async () => ({ default: (await import('../features/palette/shortcuts-dialog.tsx')).ShortcutsDialog }))
const Token = lazy(async () => ({ default: (await import('../features/clients/create-token-dialog.tsx')).CreateTokenDialog }))

const DIALOGS = { palette: Palette, shortcuts: Shortcuts, token: Token } as const

/** What is open over the page; each is loaded when it is first wanted. */
export function OverlayHost() {
  const open = useStore(overlays, (state) => state.open)
  // It has to be there for the letter after the key that opens it.
  useEffect(() => void requestIdleCallback(() => void loadPalette().catch(() => {})), [])
  const [wanted, setWanted] = useState<readonly (keyof typeof DIALOGS)[]>([])
  if (open !== null && !wanted.includes(open)) setWanted([...wanted, open])
  return wanted.map((name) => {
    const Dialog = DIALOGS[name]
    return (
      <Suspense key={name} fallback={null}>
        <Dialog open={open === name} onOpenChange={(next: boolean) => openOverlay(next ? name : null)} />
      </Suspense>
    )
  })
}
