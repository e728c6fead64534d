import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Replacement } from '@local-mcp/contract'
import { utcStamp } from './backup-name.ts'
import { writeWhole } from './private-files.ts'

/** The decision to replace the database, written when everything for it is ready. While it is there, whoever opens the database carries it out first. */
export interface Order {
  readonly kind: Replacement['kind']
  readonly source: string | null
  /** Name of the folder beside the database that takes the one that was there. */
  readonly folder: string
}

export const pendingPath = (databasePath: string): string => join(dirname(databasePath), '.restore-pending')
export const orderPath = (databasePath: string): string => `${pendingPath(databasePath)}.json`
const outcomePath = (databasePath: string): string => join(dirname(databasePath), '.last-replacement.json')
export const SIDE_FILES = ['-wal', '-shm', '-journal'] as const

/** `before-reset-2026-11-21T01-08-41.123Z` */
export const keptFolderName = (kind: Replacement['kind'], at: number): string => `before-${kind}-${utcStamp(at)}`

/** When a folder of a former database was made, in ms; null for other names. */
export function keptFolderTime(name: string): number | null {
  const [, day, time] = /^before-(?:restore|reset)-(\d{4}-\d\d-\d\d)T([\d.-]+Z)$/.exec(name) ?? []
  const at = Date.parse(`${day}T${time?.replaceAll('-', ':')}`)
  return Number.isNaN(at) ? null : at
}

function readJson<Content>(path: string): Content | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Content
  } catch {
    return null
  }
}

export const hasOrder = (databasePath: string): boolean => existsSync(orderPath(databasePath))
/** Null where there is none, or one that this app did not write. */
export function readOrder(databasePath: string): Order | null {
  const order = readJson<Order>(orderPath(databasePath))
  return order && keptFolderTime(order.folder) !== null ? order : null
}
export const writeOrder = (databasePath: string, order: Order): void => writeWhole(orderPath(databasePath), JSON.stringify(order))

export const readOutcome = (databasePath: string): Replacement | null => readJson<Replacement>(outcomePath(databasePath))

/** Ends an order, and says how. */
export function closeOrder(databasePath: string, outcome: Replacement): void {
  writeWhole(outcomePath(databasePath), JSON.stringify(outcome))
  // The order last: a process that dies before this carries it out again, which changes nothing any more.
  rmSync(orderPath(databasePath), { force: true })
  for (const suffix of ['', ...SIDE_FILES]) rmSync(pendingPath(databasePath) + suffix, { force: true })
}
