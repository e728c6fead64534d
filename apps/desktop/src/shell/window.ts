import { BrowserWindow, screen } from 'electron'
import type { Shell } from '../host/shell.types.ts'
import type { Place } from '../policy/settings.ts'
import { windowOptions } from '../policy/window-options.ts'

export interface WindowOptions {
  readonly preload: string
  readonly isPackaged: boolean
  readonly place: () => Place | null
  readonly onPlace: (place: Place) => void
  /** Asked when a person closes it. */
  readonly mayClose: () => boolean
  readonly onGone: (reason: string) => void
  readonly onUnresponsive: () => Promise<'wait' | 'reload'>
}

/** The one window: made when it is shown, gone when it is closed. */
export function createWindow(options: WindowOptions): Shell['window'] & { contents(): Electron.WebContents | null } {
  let window: BrowserWindow | null = null

  function make(): BrowserWindow {
    const place = options.place()
    const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
    const made = new BrowserWindow(windowOptions(place, areas, options.preload, options.isPackaged))
    if (place?.maximized) made.maximize()
    made.once('ready-to-show', () => made.show())
    made.on('close', (event) => {
      options.onPlace({ ...made.getNormalBounds(), maximized: made.isMaximized() })
      if (!options.mayClose()) event.preventDefault()
    })
    made.on('closed', () => {
      window = null
    })
    made.webContents.on('render-process-gone', (_event, { reason }) => options.onGone(reason))
    made.on('unresponsive', () => {
      void options.onUnresponsive().then((wish) => wish === 'reload' && !made.isDestroyed() && made.webContents.reload())
    })
    return made
  }

  function focus(): void {
    if (window?.isMinimized()) window.restore()
    window?.show()
    window?.focus()
  }

  return {
    isOpen: () => window !== null,
    isFocused: () => window?.isFocused() ?? false,
    contents: () => window?.webContents ?? null,
    show(url) {
      const isNew = window === null
      window ??= make()
      // A page that is left while it loads is no error.
      void window.loadURL(url).catch(() => {})
      if (!isNew) focus()
    },
    focus,
    close: () => window?.close(),
  }
}
