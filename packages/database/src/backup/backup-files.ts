import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Backup } from '@local-mcp/contract'
import { isBackupName, parseSideFile, partOwner, sideFile } from './backup-name.ts'

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The backups in a folder, the newest first, as their side files tell. Works without any database. */
export function listBackupFiles(folder: string): Backup[] {
  return namesIn(folder)
    .filter(isBackupName)
    .flatMap((name): Backup[] => {
      const path = join(folder, name)
      try {
        const side = parseSideFile(readFileSync(sideFile(path), 'utf8'))
        if (!side) return []
        const { damagedRows, ...facts } = side
        // It was read back before it got its name.
        const verifiedAt = damagedRows > 0 ? null : facts.createdAt
        return [{ ...facts, name, path, sizeBytes: statSync(path).size, verifiedAt, missing: false }]
      } catch {
        return []
      }
    })
    .sort((a, b) => b.createdAt - a.createdAt)
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** A side file without its backup, or a database without the order to put it in place, that is this old, in ms, was left by a process that died between the two. */
const LONELY_MS = 60 * 60 * 1000

function isLonely(folder: string, name: string): boolean {
  const path = join(folder, name)
  const isSide = name.endsWith('.db.sha256') && isBackupName(name.slice(0, -'.sha256'.length))
  const waitsFor = isSide ? path.slice(0, -'.sha256'.length) : name === '.restore-pending' ? `${path}.json` : null
  return waitsFor !== null && !existsSync(waitsFor) && Date.now() - statSync(path).mtimeMs > LONELY_MS
}

/** Removes what processes that died in the middle left behind. What another process removes meanwhile, or may not be removed, is left to it. */
export function sweepParts(folder: string): void {
  for (const name of namesIn(folder)) {
    try {
      const pid = partOwner(name)
      if (pid === null ? isLonely(folder, name) : isGone(pid)) rmSync(join(folder, name), { force: true })
    } catch {
      // Rubbish keeps nobody from starting.
    }
  }
}

/** Removes a backup and its side file. */
export function deleteBackupFile(path: string): void {
  rmSync(path, { force: true })
  rmSync(sideFile(path), { force: true })
}
