import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const controlFile = z.object({ pid: z.int(), url: z.url(), key: z.string().min(32) })

/** How another process of the same user reaches the gateway that is running. */
export type ControlFile = z.infer<typeof controlFile>

const pathFor = (databasePath: string) => join(dirname(databasePath), 'control.json')

/** Writes it for this user only, so that whoever can read it may already read the database. */
export function writeControlFile(databasePath: string, content: ControlFile): void {
  const path = pathFor(databasePath)
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  writeFileSync(temporary, JSON.stringify(content), { mode: 0o600, flag: 'wx' })
  renameSync(temporary, path)
}

/** Null where no gateway left one, or where others could have written it. */
export function readControlFile(databasePath: string): ControlFile | null {
  try {
    const path = pathFor(databasePath)
    if (process.platform !== 'win32') {
      const { mode, uid } = statSync(path)
      if ((mode & 0o077) !== 0 || uid !== process.getuid?.()) return null
    }
    return controlFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return null
  }
}

/** Removes it, unless another process has written its own by now. */
export function removeControlFile(databasePath: string, key: string): void {
  if (readControlFile(databasePath)?.key === key) rmSync(pathFor(databasePath), { force: true })
}
