import { realpath, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Folders that another program copies while we write; matched against the path with `/` between its parts. */
const SYNCED: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\/Library\/Mobile Documents\/|\/iCloudDrive\//i, 'iCloud Drive'],
  [/\/Dropbox( \([^/]*\))?\//i, 'Dropbox'],
  [/\/(OneDrive|OneDrive - [^/]*|OneDrive-[^/]*)\//i, 'OneDrive'],
  [/\/(Google ?Drive|GoogleDrive-[^/]*|My Drive)\//i, 'Google Drive'],
  [/\/Library\/CloudStorage\//i, 'a cloud storage'],
]

/** Type numbers of Linux (statfs) of file systems whose locks or shared memory cannot be trusted. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  26985: 'a network share (NFS)',
  20859: 'a network share (SMB)',
  4283649346: 'a network share (CIFS)',
  4266872130: 'a network share (SMB 2)',
  16914839: 'a share of the host (9p)',
  1397113167: 'a network share (AFS)',
  12805120: 'a network share (Ceph)',
  538032816: 'an exFAT drive',
  19780: 'a FAT drive',
}

/** The program that syncs the folder of a path, by the path's own words. */
export function syncedBy(path: string): string | null {
  const plain = path.replaceAll('\\', '/')
  if (plain.startsWith('//')) return 'a network share'
  return SYNCED.find(([pattern]) => pattern.test(plain))?.[1] ?? null
}

/** @param type as statfs gives it on Linux, where some are negative */
export const riskyFileSystem = (type: number): string | null => FILE_SYSTEMS[type >>> 0] ?? null

/** The folder of a database that may not be there yet, by its real name as far as it exists; and what of it exists. */
async function realFolder(folder: string): Promise<{ readonly name: string; readonly there: string }> {
  try {
    const name = await realpath(folder)
    return { name, there: name }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw error
    const { name, there } = await realFolder(dirname(folder))
    return { name: join(name, basename(folder)), there }
  }
}

/**
 * What makes the place of a database unsafe, in words; null where nothing is known against it (DB-12). Also before
 * there is anything.
 */
export async function riskyLocation(path: string): Promise<string | null> {
  const { name, there } = await realFolder(dirname(path))
  const synced = syncedBy(`${name}/`)
  if (synced || process.platform !== 'linux') return synced
  return riskyFileSystem((await statfs(there)).type)
}
