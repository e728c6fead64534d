import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { damagedKeys, protectedTables } from '../integrity/row-checksum.ts'
import { contentOf } from '../testing/content-of.ts'
import { fillEveryTable } from '../testing/fill-every-table.ts'
import { migrateTo } from '../testing/migrate-to.ts'
import { openGuarded, optionsFor } from '../testing/temp-store.ts'

test('leaves every row as it was, and whoever was signed in is the default account of the server', async () => {
  const { path } = optionsFor()
  await migrateTo(6, path)
  const db = openGuarded(path)
  fillEveryTable(db)
  const before = contentOf(db)
  const granted = db.prepare('SELECT id, mcp_server_id FROM oauth_tokens').all()
  expect(granted.length).toBeGreaterThan(0)
  db.close()
  await migrateTo(7, path)
  const after = openGuarded(path)
  after.prepare('DELETE FROM backups WHERE path LIKE ?').run(`${dirname(path)}/backups/%`)
  expect(contentOf(after, before)).toEqual(before)
  expect(protectedTables(after).flatMap((table) => damagedKeys(after, table))).toEqual([])
  expect(after.prepare('SELECT id, mcp_server_id FROM oauth_accounts WHERE is_default = 1').all()).toEqual(granted)
  after.close()
})
