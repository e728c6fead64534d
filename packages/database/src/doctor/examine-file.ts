import { existsSync, statSync } from 'node:fs'
import type { Finding } from '@local-mcp/contract'
import { limitBusyWait, openConnection } from '../file/connection.ts'
import { inspectFile } from '../file/inspect-file.ts'
import type { SchemaSource } from '../migrate/schema-source.ts'
import { contentFindings } from './content.ts'
import { failure, found, megabytes } from './finding.ts'
import { surroundingFindings, versionFinding } from './surroundings.ts'

/** How long the doctor waits for a writer, in ms; it blocks its own thread only. */
const BUSY_MS = 2000

export interface Examination {
  readonly path: string
  readonly schema: SchemaSource
  /** Whether this process has the file open, in any thread: it is then read through SQLite only (see database-file.ts). */
  readonly isOpen: boolean
}

/**
 * Looks at the file, its surroundings and its content, also when the store refuses to open it. Each finding that is
 * not fine names one safe thing to do. Deletes, repairs and changes nothing. Blocks its thread: seconds per GB.
 */
export async function examineFile({ path, schema, isOpen }: Examination): Promise<Finding[]> {
  let exists: boolean
  try {
    exists = existsSync(path)
    // Refuses what is not ours before SQLite gets to see it.
    if (!isOpen) inspectFile(path)
  } catch (error) {
    // Who may read somebody else's file is not for us to say.
    const around = existsSync(path) ? (await surroundingFindings(path)).filter(({ check }) => check !== 'mode') : []
    return [versionFinding(), failure('header', path, error, 'Set DATABASE_PATH to another place; the file was not touched.'), ...around]
  }
  if (!exists) return [versionFinding(), found('exists', 'info', `${path} does not exist yet.`, 'Start the app: it creates the database.')]
  const findings = [
    versionFinding(),
    found('exists', 'ok', path),
    found('size', 'info', megabytes(statSync(path).size)),
    found('header', 'ok', 'The file is a database of this app.'),
    ...(await surroundingFindings(path)),
  ]
  try {
    const db = openConnection(path)
    try {
      limitBusyWait(db, BUSY_MS)
      findings.push(...contentFindings(db, path, schema))
    } finally {
      db.close()
    }
  } catch (error) {
    findings.push(failure('open', path, error, 'Check the rights of the file and its folder.'))
  }
  return findings
}
