import type { Replacement } from '@local-mcp/contract'
import type { Connection } from '../file/connection.ts'
import { guardRows } from '../integrity/guard-rows.ts'
import { intactRows } from '../integrity/intact-rows.ts'
import { carryGrants } from './carry-grants.ts'
import { openStranger } from './check-database.ts'

/** Rows of the database that goes which the one that comes must know, and how they are put into it. */
const BACKUPS = {
  read: 'SELECT id, path, kind, size_bytes, sha256, schema_version, verified_at, created_at FROM backups',
  write: `INSERT OR IGNORE INTO backups (id, path, kind, size_bytes, sha256, schema_version, verified_at, created_at)
    VALUES (@id, @path, @kind, @size_bytes, @sha256, @schema_version, @verified_at, @created_at)`,
} as const
const REVOCATIONS = {
  read: 'SELECT jti, revoked_at, revoked_by, reason FROM token_revocations',
  write: `INSERT OR IGNORE INTO token_revocations (jti, revoked_at, revoked_by, reason)
    SELECT @jti, @revoked_at, @revoked_by, @reason WHERE EXISTS (SELECT 1 FROM email_api_tokens WHERE id = @jti)`,
} as const
/**
 * What opens the secrets of the backup may have moved since: to another place, or under another passphrase. Keys that
 * the backup does not know are kept as retired ones, for backups that do.
 */
const KEYS = {
  read: 'SELECT id, wrapped_key, wrap_method, kdf, created_at, retired_at, unixepoch() * 1000 AS now FROM encryption_keys',
  rewrap: 'UPDATE OR IGNORE encryption_keys SET wrapped_key = @wrapped_key, wrap_method = @wrap_method, kdf = @kdf WHERE id = @id AND',
  write: `INSERT OR IGNORE INTO encryption_keys (id, wrapped_key, wrap_method, kdf, created_at, retired_at)
    VALUES (@id, @wrapped_key, @wrap_method, @kdf, @created_at, coalesce(@retired_at, @now))`,
} as const
const SHUT = 'UPDATE email_api_tokens SET is_active = 0 WHERE id IN (SELECT jti FROM token_revocations) AND is_active AND'

/**
 * Takes along where the backups are, what opens their secrets and, for a restore, which tokens were revoked since (going back must not let
 * somebody in again who was shut out) and what servers granted since.
 */
export function carryOver(from: Connection, toPath: string, kind: Replacement['kind']): void {
  const db = openStranger(toPath, { writable: true })
  try {
    guardRows(db)
    db.transaction(() => {
      for (const { read, write } of kind === 'restore' ? [BACKUPS, REVOCATIONS] : [BACKUPS]) {
        const insert = db.prepare(write)
        for (const row of from.prepare(read).iterate()) insert.run(row)
      }
      const rewrap = db.prepare(`${KEYS.rewrap} ${intactRows(db, 'encryption_keys')}`)
      const keep = db.prepare(KEYS.write)
      for (const row of from.prepare<[], Record<string, unknown>>(KEYS.read).all()) {
        const { retired_at: _retired, created_at: _created, now: _now, ...wrapped } = row
        rewrap.run(wrapped)
        keep.run(row)
      }
      if (kind === 'restore') {
        db.exec(`${SHUT} ${intactRows(db, 'email_api_tokens')}`)
        carryGrants(from, db)
      }
    })()
  } finally {
    db.close()
  }
}
