import { expect, test } from 'vitest'
import { openConnection } from '../file/connection.ts'
import { contentOf } from '../testing/content-of.ts'
import { fillEveryTable } from '../testing/fill-every-table.ts'
import { migrateTo } from '../testing/migrate-to.ts'
import { optionsFor } from '../testing/temp-store.ts'

test('builds every table, each of which takes rows that obey its checks', async () => {
  const { path } = optionsFor()
  await migrateTo(1, path)
  const db = openConnection(path)
  fillEveryTable(db, 2)
  const content = contentOf(db)
  expect(Object.keys(content)).toHaveLength(30)
  expect(Object.entries(content).filter(([, table]) => table.rows !== 2)).toEqual([])
  db.close()
})
