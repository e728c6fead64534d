import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type { Finding } from '@local-mcp/contract'
import Database from 'better-sqlite3'
import { freeBytes, MIN_FREE_BYTES } from '../health.ts'
import { failure, found, megabytes } from './finding.ts'
import { riskyLocation } from './location.ts'

/** Oldest SQLite without known corruption or memory faults in WAL mode. */
const SQLITE_FLOOR = '3.54.0'
/** A log that grows past this, in bytes, is kept from shrinking by a reader that never ends. */
const LARGE_WAL_BYTES = 64 * 1024 * 1024
/** Fewer free entries than this, and the next side file may not be made. */
const MIN_FREE_INODES = 100
/** Fewer open files than this are soon used up: each server takes about six. */
const MIN_OPEN_FILES = 256

export function versionFinding(): Finding {
  const memory = new Database(':memory:')
  const version = memory.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? ''
  memory.close()
  return version.localeCompare(SQLITE_FLOOR, 'en', { numeric: true }) < 0
    ? found('sqlite_version', 'error', `SQLite ${version} has known faults.`, 'Install the newest version of the app.')
    : found('sqlite_version', 'ok', `SQLite ${version}.`)
}

function modeFindings(path: string): Finding[] {
  if (process.platform === 'win32') return []
  const wrong = [
    { path: dirname(path), allowed: 0o700 },
    { path, allowed: 0o600 },
  ].filter((item) => (statSync(item.path).mode & 0o777 & ~item.allowed) !== 0)
  return wrong.length === 0
    ? [found('mode', 'ok', 'Only this user can read the database.')]
    : wrong.map((item) =>
        found('mode', 'warning', `Other users can reach ${item.path}.`, `Run: chmod ${item.allowed.toString(8)} "${item.path}"`),
      )
}

function sideFileFinding(path: string): Finding {
  const sizes = ['-wal', '-shm', '-journal'].flatMap((suffix) =>
    existsSync(path + suffix) ? [{ suffix, bytes: statSync(path + suffix).size }] : [],
  )
  const text = sizes.map((file) => `${file.suffix} ${megabytes(file.bytes)}`).join(', ')
  const message = text ? `Beside the database: ${text}. They hold committed data.` : 'There are no side files.'
  const large = sizes.some((file) => file.bytes > LARGE_WAL_BYTES)
  return large
    ? found('side_files', 'warning', message, 'Restart the app, so that the log can be folded in. Do not delete these files.')
    : found('side_files', 'info', message, text ? 'Leave them where they are; never delete them.' : null)
}

async function diskFinding(path: string): Promise<Finding> {
  const free = await freeBytes(path)
  const { files, ffree } = await statfs(dirname(path))
  // Some file systems have no fixed number of entries and say 0 of 0.
  const message = `${megabytes(free)}${files > 0 ? ` and ${ffree} entries` : ''} are free.`
  return free < MIN_FREE_BYTES || (files > 0 && ffree < MIN_FREE_INODES)
    ? found('disk', 'error', message, 'Free some space on this disk.')
    : found('disk', 'ok', message)
}

async function locationFinding(path: string): Promise<Finding> {
  const risk = await riskyLocation(path)
  return risk
    ? found(
        'location',
        'warning',
        `${dirname(path)} is on ${risk}, where a database can be damaged.`,
        'Stop the app and move the folder to a local disk; set DATABASE_PATH to it.',
      )
    : found('location', 'ok', `${dirname(path)} is a local folder as far as can be seen.`)
}

/** What the operating system allows this process, where it says so (not on Windows). */
function limitFindings(): Finding[] {
  // The addresses of open connections would be looked up by name, which may take seconds.
  Object.assign(process.report, { excludeNetwork: true })
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } }
  const soft = userLimits?.open_files?.soft
  if (soft === undefined) return []
  return typeof soft === 'number' && soft < MIN_OPEN_FILES
    ? [found('limits', 'warning', `This process may open ${soft} files at once.`, 'Run `ulimit -n 4096` before you start the app.')]
    : [found('limits', 'ok', `This process may open ${soft} files at once.`)]
}

/** macOS marks files that came from elsewhere, and may refuse or move them. */
async function quarantineFindings(path: string): Promise<Finding[]> {
  if (process.platform !== 'darwin') return []
  try {
    const { stdout } = await promisify(execFile)('/usr/bin/xattr', ['-p', 'com.apple.quarantine', path])
    return [
      found(
        'quarantine',
        'warning',
        `macOS holds the file in quarantine: ${stdout.trim()}.`,
        `Run: xattr -d com.apple.quarantine "${path}"`,
      ),
    ]
  } catch {
    // Also the answer when there is no such mark.
    return [found('quarantine', 'ok', 'macOS does not hold the file in quarantine.')]
  }
}

/** Everything around the file that can be looked at without opening it. */
export async function surroundingFindings(path: string): Promise<Finding[]> {
  return [
    ...modeFindings(path),
    sideFileFinding(path),
    await diskFinding(path).catch((error) => failure('disk', path, error, 'Check the folder.')),
    await locationFinding(path).catch((error) => failure('location', path, error, 'Check the folder.')),
    ...limitFindings(),
    ...(await quarantineFindings(path)),
  ]
}
