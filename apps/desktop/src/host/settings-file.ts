import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readSettings, type Settings } from '../policy/settings.ts'

export interface SettingsFile {
  get(): Settings
  /** Kept in memory also where it cannot be written. */
  change(part: Partial<Settings>): void
}

export function openSettings(path: string): SettingsFile {
  let settings = readSettings(read(path))
  return {
    get: () => settings,
    change(part) {
      settings = { ...settings, ...part }
      try {
        writeFileSync(`${path}.part`, JSON.stringify(settings), { mode: 0o600 })
        renameSync(`${path}.part`, path)
      } catch {
        // Where the window was is worth no word.
      }
    },
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
