import { app } from 'electron'
import { LINK_SCHEME } from '../policy/deep-link.ts'

export const isPackaged = (): boolean => app.isPackaged
/** Where programs keep what is theirs alone. */
export const configFolder = (): string => app.getPath('appData')

/**
 * Makes this the only copy on its data.
 * @param folder tells the copies apart, and holds what Chromium keeps
 * @param onLaunch called with the command line of each later copy, which ends at once
 * @returns false in such a copy
 */
export function claimInstance(folder: string, onLaunch: (argv: readonly string[]) => void): boolean {
  app.setPath('userData', folder)
  // Windows shows notifications of programs that it knows by this name; elsewhere it means nothing.
  app.setAppUserModelId('io.github.local-mcp.gateway')
  app.on('second-instance', (_event, argv) => onLaunch(argv))
  return app.requestSingleInstanceLock()
}

/** Links of our own scheme, as macOS hands them over; elsewhere they come as a command line. */
export function onLink(follow: (link: string) => void): void {
  app.on('open-url', (event, link) => {
    event.preventDefault()
    follow(link)
  })
}

/** To be called when the app is ready. Sources are not registered: they would take the links of an installed copy. */
export function registerLinks(): void {
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
}

export const ready = (): Promise<void> => app.whenReady()

/** The app goes on without a window, and ends when it is done. */
export function keepUntil(mayEnd: () => boolean, onAsked: () => void, onActivate: () => void): void {
  app.on('window-all-closed', () => {})
  app.on('activate', onActivate)
  app.on('before-quit', (event) => {
    if (mayEnd()) return
    event.preventDefault()
    onAsked()
  })
}

export const endApp = (): void => app.quit()

export function relaunch(): void {
  app.relaunch()
  app.exit(0)
}
export const exitApp = (code: number): void => app.exit(code)
