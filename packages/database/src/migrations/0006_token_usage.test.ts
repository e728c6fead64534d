import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { damagedKeys, protectedTables } from '../integrity/row-checksum.ts'
import { contentOf } from '../testing/content-of.ts'
import { fillEveryTable } from '../testing/fill-every-table.ts'
import { migrateTo } from '../testing/migrate-to.ts'
import { openGuarded, optionsFor } from '../testing/temp-store.ts'

test('leaves every row as it was, tokens sound, and counts nothing that was before', async () => {
  const { path } = optionsFor()
  await migrateTo(5, path)
  const db = openGuarded(path)
  fillEveryTable(db)
  const before = contentOf(db)
  db.close()
  await migrateTo(6, path)
  const after = openGuarded(path)
  after.prepare('DELETE FROM backups WHERE path LIKE ?').run(`${dirname(path)}/backups/%`)
  expect(contentOf(after, before)).toEqual(before)
  expect(protectedTables(after).flatMap((table) => damagedKeys(after, table))).toEqual([])
  const updatedAt = () => after.prepare('SELECT updated_at FROM email_api_tokens ORDER BY rowid').pluck().all()
  const untouched = updatedAt()
  expect(after.prepare('SELECT sum(used_count) FROM email_api_tokens').pluck().get()).toBe(0)
  // How often a token was used is no change of it.
  after.exec('UPDATE email_api_tokens SET used_count = 7')
  expect(updatedAt()).toEqual(untouched)
  expect(protectedTables(after).flatMap((table) => damagedKeys(after, table))).toEqual([])
  after.close()
})
