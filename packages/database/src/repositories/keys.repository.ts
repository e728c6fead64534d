import type { KeyReader, KeyWriter, SealedCell } from '@local-mcp/core'
import { and, desc, eq, getTableColumns, getTableName, is, isNotNull, sql } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { intact } from '../integrity/row-checksum.ts'
import * as schema from '../schema/index.ts'
import { type DamageReport, soundRows } from './damaged-rows.ts'
import { type Db, jsonOf } from './query.ts'

const { encryptionKeys: keys } = schema

const record = {
  id: keys.id,
  wrappedKey: keys.wrappedKey,
  wrapMethod: keys.wrapMethod,
  kdf: jsonOf(keys.kdf),
  createdAt: keys.createdAt,
  retiredAt: keys.retiredAt,
  intact: intact(keys),
}

/** Every column that holds ciphertext, in whatever table: one that is added later is found by its type. */
const SEALED = (Object.values(schema) as unknown[])
  .filter((one): one is SQLiteTable => is(one, SQLiteTable))
  .flatMap((table) => {
    const columns = Object.values(getTableColumns(table))
    const key = columns.find(({ primary }) => primary)?.name
    return columns
      .filter((column) => column.columnType === 'SQLiteCustomColumn' && column.getSQLType() === 'text')
      .map(({ name }) => ({ table: getTableName(table), column: name, key: key as string }))
  })

export function createKeyReader(db: Db, report: DamageReport): KeyReader {
  return {
    async list() {
      const rows = db.select(record).from(keys).orderBy(desc(keys.createdAt), keys.id).all()
      return soundRows('encryption_keys', rows, report)
    },
    async sealed() {
      return SEALED.flatMap(({ table, column, key }) => {
        const [place, cell, id] = [table, column, key].map((name) => sql.identifier(name))
        return db
          .all<{ id: string; ciphertext: string }>(sql`select ${id} as id, ${cell} as ciphertext from ${place} where ${cell} is not null`)
          .map(({ id: rowId, ciphertext }): SealedCell => ({ place: { table, column, rowId }, ciphertext }))
      })
    },
    async countSealed() {
      return SEALED.reduce((sum, { table, column }) => {
        const [place, cell] = [table, column].map((name) => sql.identifier(name))
        return sum + (db.get<{ n: number }>(sql`select count(${cell}) as n from ${place}`)?.n ?? 0)
      }, 0)
    },
  }
}

export function createKeyWriter(db: Db, report: DamageReport): KeyWriter {
  return {
    ...createKeyReader(db, report),
    async insert(row) {
      db.insert(keys).values(row).run()
    },
    async rewrap(id, { wrappedKey, wrapMethod, kdf }) {
      db.update(keys).set({ wrappedKey, wrapMethod, kdf }).where(eq(keys.id, id)).run()
    },
    async retire(id, now) {
      db.update(keys).set({ retiredAt: now }).where(eq(keys.id, id)).run()
    },
    async delete(id) {
      db.delete(keys)
        .where(and(eq(keys.id, id), isNotNull(keys.retiredAt)))
        .run()
    },
    async reseal({ table, column, rowId }, ciphertext) {
      const known = SEALED.find((one) => one.table === table && one.column === column)
      if (!known) throw new Error(`${table}.${column} holds no ciphertext`)
      const [place, cell, id] = [table, column, known.key].map((name) => sql.identifier(name))
      db.run(sql`update ${place} set ${cell} = ${ciphertext} where ${id} = ${rowId}`)
    },
  }
}
