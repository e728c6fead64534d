import type { SecretReader, SecretWriter } from '@local-mcp/core'
import { and, eq, isNull, lt, or } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { secrets } from '../schema/index.ts'
import { type DamageReport, soundRow, soundRows } from './damaged-rows.ts'
import { byText, type Db, later } from './query.ts'

const record = {
  id: secrets.id,
  name: secrets.name,
  scope: secrets.scope,
  scopeId: secrets.scopeId,
  value: secrets.value,
  hint: secrets.hint,
  lastUsedAt: secrets.lastUsedAt,
  createdAt: secrets.createdAt,
  intact: intact(secrets),
}

export function createSecretReader(db: Db, report: DamageReport): SecretReader {
  return {
    async list() {
      return soundRows('secrets', db.select(record).from(secrets).orderBy(byText(secrets.name), secrets.id).all(), report)
    },
    async get(scope, scopeId, name) {
      const row = db
        .select(record)
        .from(secrets)
        .where(
          and(eq(secrets.scope, scope), scopeId === null ? isNull(secrets.scopeId) : eq(secrets.scopeId, scopeId), eq(secrets.name, name)),
        )
        .get()
      return soundRow('secrets', row)
    },
  }
}

export function createSecretWriter(db: Db, report: DamageReport): SecretWriter {
  return {
    ...createSecretReader(db, report),
    async insert(row) {
      db.insert(secrets)
        .values({ ...row, updatedAt: row.createdAt })
        .run()
    },
    async replace(id, { value, hint }, now) {
      db.update(secrets)
        .set({ value, hint, updatedAt: later(secrets.updatedAt, now) })
        .where(eq(secrets.id, id))
        .run()
    },
    async delete(id) {
      db.delete(secrets).where(eq(secrets.id, id)).run()
    },
    async touch(uses) {
      for (const [id, at] of uses) {
        db.update(secrets)
          .set({ lastUsedAt: at })
          .where(and(eq(secrets.id, id), or(isNull(secrets.lastUsedAt), lt(secrets.lastUsedAt, at))))
          .run()
      }
    },
  }
}
