import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { app } from 'electron'
import type { Shell } from '../host/shell.types.ts'
import { autostartEntry } from '../policy/autostart.ts'

const entryFile = () => join(app.getPath('appData'), 'autostart', 'local-mcp-gateway.desktop')

/** Linux has no call for it, but a folder. @param command what starts this app */
const linux = (command: readonly string[]): Shell['login'] => ({
  get: () => existsSync(entryFile()),
  set(on) {
    rmSync(entryFile(), { force: true })
    if (!on) return
    mkdirSync(join(entryFile(), '..'), { recursive: true })
    writeFileSync(entryFile(), autostartEntry(command))
  },
})

const system = (command: readonly string[]): Shell['login'] => ({
  get: () => app.getLoginItemSettings().openAtLogin,
  set: (openAtLogin) => app.setLoginItemSettings({ openAtLogin, path: command[0] as string, args: [...command.slice(1), '--hidden'] }),
})

/** Whether the app starts with the session of this person. */
export const loginItem = (command: readonly string[]): Shell['login'] => (process.platform === 'linux' ? linux(command) : system(command))
