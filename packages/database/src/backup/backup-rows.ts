import type { Backup, BackupKind } from '@local-mcp/contract'
import type { Id } from '@local-mcp/kernel'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { Connection } from '../file/connection.ts'
import { backups } from '../schema/index.ts'

/** What the database says about its backups; the file system may know better. */
export type BackupRow = Omit<Backup, 'name' | 'missing'>

/** @param reader for reading at any time @param writer for writing inside a transaction of the caller's */
export function createBackupRows(reader: Connection, writer: Connection) {
  const from = drizzle(reader)
  const to = drizzle(writer)
  return {
    list: (): BackupRow[] =>
      from
        .select()
        .from(backups)
        .all()
        .map((row) => ({ ...row, kind: row.kind as BackupKind })),
    /** Writes it anew where it is known already. */
    put({ id, path, kind, sizeBytes, sha256, schemaVersion, verifiedAt, createdAt }: BackupRow): void {
      const row = { path, kind, sizeBytes, sha256, schemaVersion, verifiedAt, createdAt }
      to.insert(backups)
        .values({ id: id as Id<string>, ...row })
        .onConflictDoUpdate({ target: backups.id, set: row })
        .run()
    },
    delete(id: string): void {
      to.delete(backups)
        .where(eq(backups.id, id as Id<string>))
        .run()
    },
  }
}

export type BackupRows = ReturnType<typeof createBackupRows>
