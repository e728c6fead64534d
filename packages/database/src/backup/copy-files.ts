import { constants, existsSync } from 'node:fs'
import { copyFile, mkdir, open, rm, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { FilesCopy } from '@local-mcp/contract'
import { AppError, type Clock } from '@local-mcp/kernel'
import { isOpenHere } from '../file/database-file.ts'
import { toBackupError } from './backup-error.ts'
import { utcStamp } from './backup-name.ts'
import { SIDE_FILES } from './replacement-files.ts'

interface Source {
  readonly path: string
  readonly size: number
  readonly mtimeMs: number
}

async function sourcesOf(path: string): Promise<Source[]> {
  const there = ['', ...SIDE_FILES].map((suffix) => path + suffix).filter((name) => existsSync(name))
  return Promise.all(
    there.map(async (name) => {
      const { size, mtimeMs } = await stat(name)
      return { path: name, size, mtimeMs }
    }),
  )
}

async function copyWhole(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL)
  const copy = await open(to, 'r+')
  try {
    await copy.chmod(0o600)
    await copy.sync()
  } finally {
    await copy.close()
  }
}

/**
 * Copies a database and its side files together, byte for byte, into a new folder of this user alone. For a database
 * that this process has not open: nothing else may touch its files through `fs`.
 * @param options.to absolute folder that exists, in which the new one is made; absent: beside the database
 * @throws AppError DATABASE_IN_USE, BACKUP_NOT_FOUND, BACKUP_UNWRITABLE, BACKUP_NO_SPACE; nothing is left then
 */
export async function copyFiles(path: string, options: { readonly to?: string | undefined; readonly clock: Clock }): Promise<FilesCopy> {
  const { to = dirname(path), clock } = options
  if (!isAbsolute(to))
    throw new AppError('VALIDATION_ERROR', `"${to}" is not an absolute path`, { fields: [{ path: ['to'], message: 'Not absolute' }] })
  const changed = () => new AppError('DATABASE_IN_USE', `Another process writes ${path}.`, { data: { path } })
  if (isOpenHere(path)) throw changed()
  const folder = join(to, `database-files-${utcStamp(clock.now())}`)
  const sources = await sourcesOf(path)
  if (sources.length === 0) throw new AppError('BACKUP_NOT_FOUND', `${path} does not exist.`, { data: { path } })
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    throw toBackupError(error, folder)
  })
  try {
    for (const source of sources) await copyWhole(source.path, join(folder, basename(source.path)))
    // A database and a log of different moments would be worth nothing together.
    if (JSON.stringify(await sourcesOf(path)) !== JSON.stringify(sources)) throw changed()
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw toBackupError(error, folder)
  }
  return { folder, files: sources.map((source) => ({ name: basename(source.path), sizeBytes: source.size })) }
}
