import { app } from 'electron'
import type { UpdateSource } from '../host/update-flow.ts'

/** Where newer releases come from. Loaded when it is asked for: most starts never do. */
export const updateSource: UpdateSource = {
  situation: () => ({ isPackaged: app.isPackaged, platform: process.platform, appImage: process.env.APPIMAGE }),
  async look() {
    const { autoUpdater } = (await import('electron-updater')).default
    autoUpdater.autoDownload = false
    autoUpdater.autoInstallOnAppQuit = false
    autoUpdater.allowDowngrade = false
    autoUpdater.allowPrerelease = false
    const { version, releaseNotes } = (await autoUpdater.checkForUpdates())?.updateInfo ?? {}
    return { version, releaseNotes, download: () => autoUpdater.downloadUpdate(), install: () => autoUpdater.quitAndInstall() }
  },
}
