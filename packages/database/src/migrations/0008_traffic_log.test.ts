import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { damagedKeys, protectedTables } from '../integrity/row-checksum.ts'
import { contentOf } from '../testing/content-of.ts'
import { fillEveryTable } from '../testing/fill-every-table.ts'
import { migrateTo } from '../testing/migrate-to.ts'
import { openGuarded, optionsFor } from '../testing/temp-store.ts'

test('leaves every row as it was, the views too, and a call may have been cancelled', async () => {
  const { path } = optionsFor()
  await migrateTo(7, path)
  const db = openGuarded(path)
  fillEveryTable(db)
  const before = contentOf(db)
  const shown = db.prepare('SELECT * FROM mcp_external_servers').all()
  expect(before.debug_logs?.rows).toBeGreaterThan(0)
  db.close()
  await migrateTo(8, path)
  const after = openGuarded(path)
  after.prepare('DELETE FROM backups WHERE path LIKE ?').run(`${dirname(path)}/backups/%`)
  expect(contentOf(after, before)).toEqual(before)
  expect(after.prepare('SELECT * FROM mcp_external_servers').all()).toEqual(shown)
  expect(protectedTables(after).flatMap((table) => damagedKeys(after, table))).toEqual([])
  after.exec(`UPDATE debug_logs SET status = 'cancelled', duration_ms = 1.5`)
  expect(() => after.exec(`UPDATE debug_logs SET status = 'lost'`)).toThrow('CHECK')
  // With a profile goes what went through it; of a server that is gone, the rows stay.
  after.exec('DELETE FROM mcp_servers')
  expect(after.prepare('SELECT DISTINCT mcp_server_id FROM debug_logs').pluck().all()).toEqual([null])
  after.exec('DELETE FROM profiles')
  expect(after.prepare('SELECT count(*) FROM debug_logs').pluck().get()).toBe(0)
  after.close()
})
