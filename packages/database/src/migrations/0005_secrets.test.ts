import { newId } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import { damagedKeys, protectedTables } from '../integrity/row-checksum.ts'
import { contentOf } from '../testing/content-of.ts'
import { fillEveryTable } from '../testing/fill-every-table.ts'
import { migrateTo } from '../testing/migrate-to.ts'
import { aKey, aSecret, openGuarded, optionsFor, tempStore } from '../testing/temp-store.ts'

test('leaves every row as it was, but for the time of last use that it adds', async () => {
  const { path } = optionsFor()
  await migrateTo(4, path)
  const db = openGuarded(path)
  fillEveryTable(db)
  const before = contentOf(db)
  await migrateTo(5, path)
  db.prepare('DELETE FROM backups WHERE path LIKE ?').run(`%/backups/local-mcp-gateway-%`)
  expect(contentOf(db, before)).toEqual(before)
  expect(protectedTables(db).flatMap((table) => damagedKeys(db, table))).toEqual([])
  db.close()
})

test('plain text is refused in every column that holds ciphertext', async () => {
  const { path } = optionsFor()
  await migrateTo(5, path)
  const db = openGuarded(path)
  fillEveryTable(db)
  const sealed = db
    .prepare<[], { name: string; sql: string }>(`SELECT name, sql FROM sqlite_master WHERE type = 'table'`)
    .all()
    .flatMap(({ name, sql }) => [...sql.matchAll(/CHECK\("(\w+)" like 'v1:%'\)/g)].map(([, column]) => [name, column] as const))
  expect(sealed).toHaveLength(7)
  for (const [table, column] of sealed) {
    expect(() => db.exec(`UPDATE ${table} SET ${column} = 'in the clear'`), `${table}.${column}`).toThrow(/CHECK constraint failed/)
  }
  db.close()
})

test('every ciphertext of every table is found, and can be put in its place anew', async () => {
  const options = optionsFor()
  const store = await tempStore(options)
  const filling = openGuarded(options.path)
  fillEveryTable(filling, 2)
  filling.close()
  const cells = await store.read.keys.sealed()
  expect(await store.read.keys.countSealed()).toBe(cells.length)
  expect(new Set(cells.map(({ place }) => `${place.table}.${place.column}`)).size).toBe(8)
  await store.transaction(async (tx) => {
    for (const { place, ciphertext } of cells) await tx.keys.reseal(place, `${ciphertext}-again`)
  })
  expect(await store.read.keys.sealed()).toEqual(cells.map(({ place, ciphertext }) => ({ place, ciphertext: `${ciphertext}-again` })))
  await expect(store.transaction((tx) => tx.keys.reseal({ table: 'profiles', column: 'name', rowId: newId() }, 'v1:x'))).rejects.toThrow()
})

test('secrets and keys: insert, read, replace, delete', async () => {
  const store = await tempStore()
  const one = aSecret('one', { hint: 'abcd' })
  const server = newId<'server'>()
  const key = aSecret('api_key', { scope: 'server', scopeId: server })
  const [old, current] = [aKey({ createdAt: 1 }), aKey({ createdAt: 2, wrapMethod: 'file', kdf: { path: '/x' } })]
  await store.transaction(async (tx) => {
    await tx.secrets.insert(one)
    await tx.secrets.insert(key)
    await tx.keys.insert(old)
    await tx.keys.insert(current)
    await tx.keys.retire(old.id, 5)
  })
  expect(await store.read.secrets.list()).toEqual([key, one])
  expect(await store.read.secrets.get('global', null, 'one')).toEqual(one)
  expect(await store.read.secrets.get('server', server, 'api_key')).toEqual(key)
  expect(await store.read.secrets.get('server', newId(), 'api_key')).toBeNull()
  expect(await store.read.keys.list()).toEqual([current, { ...old, retiredAt: 5 }])
  await expect(store.transaction((tx) => tx.secrets.insert(aSecret('one')))).rejects.toThrow()
  await store.transaction(async (tx) => {
    await tx.secrets.replace(one.id, { value: 'v1:z', hint: null }, 7)
    await tx.secrets.touch(new Map([[one.id, 9]]))
    await tx.secrets.delete(key.id)
  })
  expect(await store.read.secrets.list()).toEqual([{ ...one, value: 'v1:z', hint: null, lastUsedAt: 9 }])
})
