import type { Place } from './settings.ts'

export interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const MIN = { width: 480, height: 400 }
const USUAL = { width: 1180, height: 800 }
/** As much of the title has to be on a screen, in pixels, that the window can be dragged. */
const GRIP = 64

function isReachable(place: Place, screens: readonly Area[]): boolean {
  return screens.some(
    (screen) =>
      place.x + place.width - GRIP >= screen.x &&
      place.x + GRIP <= screen.x + screen.width &&
      place.y >= screen.y &&
      place.y + GRIP <= screen.y + screen.height,
  )
}

/** Where the window opens: where it was, unless that screen is gone. */
function placeWindow(place: Place | null, screens: readonly Area[]): Partial<Area> & { width: number; height: number } {
  if (!place || !isReachable(place, screens)) return USUAL
  const { x, y, width, height } = place
  return { x, y, width: Math.max(width, MIN.width), height: Math.max(height, MIN.height) }
}

/** Every window of the app: its page has no Node, is in the sandbox, and can be looked into in development only. */
export function windowOptions(place: Place | null, screens: readonly Area[], preload: string, isPackaged: boolean) {
  return {
    ...placeWindow(place, screens),
    minWidth: MIN.width,
    minHeight: MIN.height,
    title: 'Local MCP Gateway',
    show: false,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
      devTools: !isPackaged,
    },
  } as const
}
