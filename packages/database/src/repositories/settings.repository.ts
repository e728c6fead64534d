import type { SettingsReader, SettingsWriter } from '@local-mcp/core'
import { and, eq, not, sql } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { gatewaySettings as settings } from '../schema/index.ts'
import { damagedRow } from './damaged-rows.ts'
import { type Db, jsonOf, later } from './query.ts'

export function createSettingsReader(db: Db): SettingsReader {
  const byKey = db
    .select({ value: jsonOf(settings.value), intact: intact(settings) })
    .from(settings)
    .where(eq(settings.key, sql.placeholder('key')))
    .prepare()
  return {
    async get(key) {
      const row = byKey.get({ key })
      if (row && !row.intact) throw damagedRow('gateway_settings', key)
      return row?.value
    },
  }
}

export function createSettingsWriter(db: Db): SettingsWriter {
  return {
    ...createSettingsReader(db),
    async set(key, value, now) {
      // All of a damaged setting is about to be replaced, so nothing of it lives on.
      db.delete(settings)
        .where(and(eq(settings.key, key), not(intact(settings))))
        .run()
      // Encoded here, because drizzle would store a JSON null as an SQL NULL.
      const encoded = sql`${JSON.stringify(value ?? null)}`
      db.insert(settings)
        .values({ key, value: encoded, updatedAt: now })
        .onConflictDoUpdate({ target: settings.key, set: { value: encoded, updatedAt: later(settings.updatedAt, now) } })
        .run()
    },
  }
}
