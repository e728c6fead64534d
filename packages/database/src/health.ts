import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { HealthCheck } from '@local-mcp/contract'
import type { Principal, StoreReader } from '@local-mcp/core'
import { AppError, type UserId } from '@local-mcp/kernel'
import type { Connection } from './file/connection.ts'
import { type DatabaseFile, fileKey } from './file/database-file.ts'
import { assertSchema } from './migrate/assert-schema.ts'
import { planMigrations, readApplied } from './migrate/migration-plan.ts'
import { briefly } from './migrate/schema-manifest.ts'
import type { SchemaSource } from './migrate/schema-source.ts'
import { sqliteCause, toAppError } from './sqlite-error.ts'

/** Below this much free space, in bytes, a write may fail at any time. */
export const MIN_FREE_BYTES = 32 * 1024 * 1024

export interface HealthInput {
  readonly path: string
  readonly file: DatabaseFile
  readonly reader: Connection
  readonly writer: Connection
  readonly schema: SchemaSource
  readonly read: StoreReader
  /** Runs work in a write transaction that is rolled back. */
  probe(work: () => void): Promise<void>
}

/** Sees what the local owner sees that belongs to nobody: enough to run the query that serves the list of servers. */
const PROBE_VIEWER: Principal = {
  userId: '' as UserId,
  email: '',
  isLocalOwner: true,
  token: null,
  permissions: [],
}

/** Bytes that this user can still write beside the file. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(path))
  return bavail * bsize
}

/** Writes a page and takes it back; the mark is rewritten with the value that it has. */
export function writeProbe(db: Connection): void {
  db.pragma(`user_version = ${db.pragma('user_version', { simple: true })}`)
}

function errorOf(look: () => void): unknown {
  try {
    look()
    return null
  } catch (error) {
    return error
  }
}

const demand = (holds: boolean, code: string, detail: string) => {
  if (!holds) throw new AppError(code, detail, { data: { detail } })
}

const UPGRADES: Readonly<Record<string, string>> = {
  MIGRATION_DIRTY: 'an upgrade was left unfinished',
  MIGRATION_AHEAD: 'written by a newer version of the app',
  MIGRATION_CHANGED: 'an upgrade that was applied is not the one that this app ships',
}

/** Which object or condition it is, in a few words: for anybody who asks, so it never holds a path or a value. */
function detailOf(error: AppError): string | null {
  const { differences, detail } = error.data
  if (Array.isArray(differences)) return briefly(differences)
  if (typeof detail === 'string') return detail
  // SQLite's own words: fixed texts and names of the schema.
  return UPGRADES[error.code] ?? sqliteCause(error.cause)?.message.replaceAll(/\S*[\\/]\S*/g, '…') ?? null
}

/** The checks behind /health/ready (HE-02). Cheap: the schema is read again only when SQLite says that it changed. */
export function createHealthCheck(input: HealthInput): () => Promise<HealthCheck[]> {
  const { path, reader, writer, schema, read } = input
  let seen: { readonly version: unknown; readonly error: unknown } | undefined

  function checkSchema(): void {
    const version = reader.pragma('schema_version', { simple: true })
    if (!seen || seen.version !== version) seen = { version, error: errorOf(() => assertSchema(reader, schema, path)) }
    if (seen.error) throw seen.error
  }

  const checks: Readonly<Record<string, () => unknown>> = {
    schema: checkSchema,
    migrations() {
      const pending = planMigrations(readApplied(reader, path), schema.migrations, path)
      demand(pending.length === 0, 'MIGRATION_CHANGED', `${pending.length} migrations are missing from the record`)
    },
    query_path: () => read.servers.list(PROBE_VIEWER),
    write_probe: () => input.probe(() => writeProbe(writer)),
    wal: () => demand(reader.pragma('journal_mode', { simple: true }) === 'wal', 'DATABASE_WAL_UNAVAILABLE', 'not in WAL mode'),
    foreign_keys: () => demand(writer.pragma('foreign_keys', { simple: true }) === 1, 'INTERNAL', 'foreign keys are off'),
    async disk() {
      demand(fileKey(path) === input.file.key, 'DATABASE_UNWRITABLE', 'the file was moved, deleted or replaced')
      demand((await freeBytes(path)) >= MIN_FREE_BYTES, 'DATABASE_UNWRITABLE', 'the disk is almost full')
    },
  }

  return async () => {
    const results: HealthCheck[] = []
    for (const [name, check] of Object.entries(checks)) {
      const started = performance.now()
      let failure: AppError | null = null
      try {
        await check()
      } catch (thrown) {
        const error = toAppError(thrown)
        failure = error instanceof AppError ? error : new AppError('INTERNAL', '')
      }
      results.push({
        name,
        ok: failure === null,
        ms: performance.now() - started,
        code: failure?.code ?? null,
        detail: failure && detailOf(failure),
      })
    }
    return results
  }
}
