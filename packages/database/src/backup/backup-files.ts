import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
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
        // It was read back before it got its name.
        return side ? [{ ...side, name, path, sizeBytes: statSync(path).size, verifiedAt: side.createdAt, missing: false }] : []
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

/** Removes what processes that died in the middle left of their backups. @returns how many files */
export function sweepParts(folder: string): number {
  const left = namesIn(folder).filter((name) => {
    const pid = partOwner(name)
    return pid !== null && pid !== process.pid && isGone(pid)
  })
  for (const name of left) rmSync(join(folder, name), { force: true })
  return left.length
}

/** Removes a backup and its side file. */
export function deleteBackupFile(path: string): void {
  rmSync(path, { force: true })
  rmSync(sideFile(path), { force: true })
}
