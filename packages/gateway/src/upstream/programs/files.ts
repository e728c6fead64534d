import { accessSync, constants, statSync } from 'node:fs'

/** What the search for a program asks of the file system. */
export interface Files {
  kind(path: string): 'file' | 'directory' | null
  /** Whether this user may run it; on Windows the ending of the name decides instead. */
  executable(path: string): boolean
}

export const realFiles: Files = {
  kind(path) {
    try {
      return statSync(path).isDirectory() ? 'directory' : 'file'
    } catch {
      return null
    }
  },
  executable(path) {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  },
}
