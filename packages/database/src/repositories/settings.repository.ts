import type { SettingsReader, SettingsWriter } from '@local-mcp/core'
import { eq, sql } from 'drizzle-orm'
import { gatewaySettings as settings } from '../schema/index.ts'
import { type Db, later } from './query.ts'

export function createSettingsReader(db: Db): SettingsReader {
  const byKey = db
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.key, sql.placeholder('key')))
    .prepare()
  return { get: async (key) => byKey.get({ key })?.value }
}

export function createSettingsWriter(db: Db): SettingsWriter {
  return {
    ...createSettingsReader(db),
    async set(key, value, now) {
      // Encoded here, because drizzle would store a JSON null as an SQL NULL.
      const encoded = sql`${JSON.stringify(value ?? null)}`
      db.insert(settings)
        .values({ key, value: encoded, updatedAt: now })
        .onConflictDoUpdate({ target: settings.key, set: { value: encoded, updatedAt: later(settings.updatedAt, now) } })
        .run()
    },
  }
}
