import { join } from 'node:path'
import root from '../../../package.json' with { type: 'json' }

/** The build puts this file into `dist`. */
const appDir = join(import.meta.dirname, '..')

export const version: string = root.version
export const preload = join(appDir, 'dist', 'preload.cjs')
export const trayIcon = join(appDir, 'resources', process.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png')
/** The built window: packed beside the bundle, else where its own build puts it. */
export const uiDir = (isPackaged: boolean): string => (isPackaged ? join(appDir, 'ui') : join(appDir, '..', 'ui', 'dist'))
/** What starts this program again. An AppImage runs from a folder that is gone afterwards. */
export const launchCommand = (isPackaged: boolean): readonly string[] =>
  isPackaged ? [process.env.APPIMAGE ?? process.execPath] : [process.execPath, appDir]
