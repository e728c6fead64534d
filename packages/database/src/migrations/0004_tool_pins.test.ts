import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { damagedKeys, protectedTables } from '../integrity/row-checksum.ts'
import { contentOf } from '../testing/content-of.ts'
import { fillEveryTable } from '../testing/fill-every-table.ts'
import { migrateTo } from '../testing/migrate-to.ts'
import { openGuarded, optionsFor } from '../testing/temp-store.ts'

test('leaves every row as it was, and what was listed becomes protected', async () => {
  const { path } = optionsFor()
  await migrateTo(3, path)
  const db = openGuarded(path)
  fillEveryTable(db)
  const before = contentOf(db)
  db.close()
  await migrateTo(4, path)
  const after = openGuarded(path)
  after.prepare('DELETE FROM backups WHERE path LIKE ?').run(`${dirname(path)}/backups/%`)
  expect(contentOf(after, before)).toEqual(before)
  const tables = protectedTables(after)
  expect(tables.map(({ name }) => name)).toContain('mcp_server_tools_cache')
  expect(tables.flatMap((table) => damagedKeys(after, table))).toEqual([])
  expect(after.prepare('SELECT count(*) FROM mcp_server_tools_cache WHERE row_checksum IS NULL').pluck().get()).toBe(0)
  after.close()
})
