import type { ProfileReader, ProfileWriter } from '@local-mcp/core'
import { and, eq, or, sql } from 'drizzle-orm'
import { intact } from '../integrity/row-checksum.ts'
import { profiles } from '../schema/index.ts'
import { type DamageReport, soundRow, soundRows } from './damaged-rows.ts'
import { byText, type Db, later, ownershipOf, visibleTo } from './query.ts'

const written = {
  id: profiles.id,
  name: profiles.name,
  slug: profiles.slug,
  description: profiles.description,
  toolNaming: profiles.toolNaming,
  version: profiles.version,
  createdAt: profiles.createdAt,
  updatedAt: profiles.updatedAt,
  ...ownershipOf(profiles),
}

/** For rows that are read, not for what a statement returns, which runs before the checksum is written. */
const record = { ...written, intact: intact(profiles) }

export function createProfileReader(db: Db, report: DamageReport): ProfileReader {
  return {
    async list(viewer) {
      const rows = db
        .select(record)
        .from(profiles)
        .where(visibleTo(db, viewer, profiles))
        .orderBy(byText(profiles.name), profiles.id)
        .all()
      return soundRows('profiles', rows, report)
    },
    async get(viewer, ref) {
      const named = or(sql`${profiles.id} = ${ref}`, eq(profiles.slug, ref))
      const row = db
        .select(record)
        .from(profiles)
        .where(and(named, visibleTo(db, viewer, profiles)))
        .orderBy(sql`${profiles.id} = ${ref} desc`)
        .limit(1)
        .get()
      return soundRow('profiles', row)
    },
    async slugs() {
      return db
        .select({ slug: profiles.slug })
        .from(profiles)
        .all()
        .map((row) => row.slug)
    },
  }
}

export function createProfileWriter(db: Db, report: DamageReport): ProfileWriter {
  return {
    ...createProfileReader(db, report),
    async insert(row) {
      db.insert(profiles).values(row).run()
    },
    async update(id, patch, now, expectedVersion) {
      const unchanged = expectedVersion === undefined ? undefined : eq(profiles.version, expectedVersion)
      const row = db
        .update(profiles)
        .set({ ...patch, version: sql`${profiles.version} + 1`, updatedAt: later(profiles.updatedAt, now) })
        .where(and(eq(profiles.id, id), unchanged))
        .returning(written)
        .get()
      return row ?? null
    },
    async delete(id) {
      db.delete(profiles).where(eq(profiles.id, id)).run()
    },
  }
}
