import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './node-runtime.mjs'

const EXECUTABLES = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }

/** Electron's executable: in the folder that ELECTRON_OVERRIDE_DIST_PATH names, or where the package puts it; null if it is not there. */
export function findElectron() {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH || join(root, 'node_modules/electron/dist')
  const path = join(dist, EXECUTABLES[process.platform] ?? 'electron')
  return existsSync(path) ? path : null
}

/** Why a window cannot be opened here, in one line; null where it can. */
export function whyNoWindow({ electron = findElectron(), platform = process.platform, env = process.env } = {}) {
  if (!electron) return 'The runtime of the desktop app is not installed (`npx install-electron` fetches it)'
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return 'There is no screen here'
  return null
}
