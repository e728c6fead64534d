import type { Connection } from '../file/connection.ts'
import { CHECKSUM_COLUMN, protectedTables, registerRowChecksum } from './row-checksum.ts'

/** Begins the message of the error when a damaged row is about to be changed; see sqlite-error.ts. */
export const DAMAGED_ROW = 'damaged row'

/**
 * Keeps the checksums of a connection that writes. Temporary triggers do it, so that no statement can forget it, also
 * not what a foreign key or another trigger changes; they live in this connection and not in the file. A row that is
 * damaged can be deleted but not changed, because that would give the damage a checksum of its own.
 */
export function guardRows(db: Connection): void {
  registerRowChecksum(db)
  // The names of the triggers are in the temporary schema, which then needs no file.
  db.pragma('temp_store = MEMORY')
  for (const { name, key, columns, expected } of protectedTables(db)) {
    const covered = columns.map((column) => `"${column}"`).join(', ')
    // Only where it differs: an update that changes nothing would set off the trigger that moves `updated_at`.
    const seal = `UPDATE "${name}" SET ${CHECKSUM_COLUMN} = ${expected()} WHERE rowid = NEW.rowid AND ${CHECKSUM_COLUMN} IS NOT ${expected()};`
    db.exec(`
      CREATE TEMP TRIGGER "guard_${name}_insert" AFTER INSERT ON main."${name}" BEGIN ${seal} END;
      CREATE TEMP TRIGGER "guard_${name}_update" AFTER UPDATE OF ${covered} ON main."${name}" BEGIN ${seal} END;
      CREATE TEMP TRIGGER "guard_${name}_damaged" BEFORE UPDATE OF ${covered} ON main."${name}"
      WHEN OLD.${CHECKSUM_COLUMN} IS NOT ${expected('OLD')}
      BEGIN SELECT raise(ABORT, '${DAMAGED_ROW}: ${name} ' || OLD."${key}"); END;`)
  }
}
