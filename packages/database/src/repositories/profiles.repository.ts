import type { ProfileReader, ProfileWriter } from '@local-mcp/core'
import { and, eq, or, sql } from 'drizzle-orm'
import { profiles } from '../schema/index.ts'
import { byText, type Db, later, ownershipOf, visibleTo } from './query.ts'

const record = {
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

export function createProfileReader(db: Db): ProfileReader {
  return {
    async list(viewer) {
      return db
        .select(record)
        .from(profiles)
        .where(visibleTo(db, viewer, profiles))
        .orderBy(byText(profiles.name), profiles.id)
        .all()
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
      return row ?? null
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

export function createProfileWriter(db: Db): ProfileWriter {
  return {
    ...createProfileReader(db),
    async insert(row) {
      db.insert(profiles).values(row).run()
    },
    async update(id, patch, now, expectedVersion) {
      const unchanged = expectedVersion === undefined ? undefined : eq(profiles.version, expectedVersion)
      const row = db
        .update(profiles)
        .set({ ...patch, version: sql`${profiles.version} + 1`, updatedAt: later(profiles.updatedAt, now) })
        .where(and(eq(profiles.id, id), unchanged))
        .returning(record)
        .get()
      return row ?? null
    },
    async delete(id) {
      db.delete(profiles).where(eq(profiles.id, id)).run()
    },
  }
}
