import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { bundledSchema } from './migrate/bundled-schema.ts'
import { openDatabase } from './open-database.ts'
import { optionsFor, tempStore } from './testing/temp-store.ts'

/** Every object of the schema, as the manifest has it: what a later migration adds is in here by itself. */
const objects = Object.keys(bundledSchema.manifest ?? {}).flatMap((key) => {
  const [, kind, name] = /^(table|view|column|index|trigger) (.*)$/.exec(key) ?? []
  return kind && name ? [{ kind, name }] : []
})
const kinds = [...new Set(objects.map(({ kind }) => kind))]

interface Part {
  readonly type: string
  readonly name: string
  readonly tbl_name: string
  readonly sql: string
}

/** A store, and a second program that takes parts of its schema away and puts them back. */
async function openWithMeddler() {
  const options = optionsFor()
  const store = await tempStore(options)
  const other = new Database(options.path)
  onTestFinished(() => {
    other.close()
  })
  other.pragma('foreign_keys = OFF')
  const parts = other
    .prepare<[], Part>(`SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'table' DESC`)
    .all()
  const record = other.prepare<[], unknown[]>('SELECT * FROM schema_migrations').raw().all()

  function drop(kind: string, name: string): () => void {
    other.exec(`DROP ${kind} "${name}"`)
    const lost = parts.filter((part) => part.name === name || (kind === 'table' && part.tbl_name === name))
    return () => {
      for (const { sql } of lost) other.exec(sql)
      if (name === 'schema_migrations')
        for (const row of record) other.prepare('INSERT INTO schema_migrations VALUES (?, ?, ?, ?, ?, ?, ?)').run(...row)
    }
  }

  /** A key cannot be dropped, but any column can be given another name. SQLite writes that into every part that has it. */
  function rename(table: string, column: string): () => void {
    other.exec(`ALTER TABLE "${table}" RENAME COLUMN "${column}" TO renamed`)
    return () => {
      other.unsafeMode(true)
      other.pragma('writable_schema = ON')
      const write = other.prepare('UPDATE sqlite_master SET sql = ? WHERE type = ? AND name = ?')
      for (const { sql, type, name } of parts) write.run(sql, type, name)
      other.pragma(`schema_version = ${Number(other.pragma('schema_version', { simple: true })) + 1}`)
      other.pragma('writable_schema = OFF')
      other.unsafeMode(false)
    }
  }

  return {
    options,
    takeAway({ kind, name }: (typeof objects)[number]) {
      const [table = '', column = ''] = name.split('.')
      return kind === 'column' ? rename(table, column) : drop(kind, name)
    },
    failing: async () => (await store.check()).filter(({ ok }) => !ok),
  }
}

test('the manifest holds every kind of object that there is', () => {
  expect(kinds).toEqual(expect.arrayContaining(['table', 'column', 'index', 'trigger']))
})

test.each(kinds)(
  'every %s that is taken away by hand: not ready and named, launch refused by name, healed by putting it back',
  async (kind) => {
    const meddler = await openWithMeddler()
    const wanted = objects.filter((object) => object.kind === kind)
    for (const object of wanted) {
      const putBack = meddler.takeAway(object)
      const [schema] = await meddler.failing()
      // Another column stands in the place of one that was renamed; a table is told before its columns and indexes.
      expect(schema, object.name).toMatchObject({
        name: 'schema',
        code: 'SCHEMA_DRIFT',
        detail: expect.stringContaining(`${kind} ${object.name} is missing`),
      })
      // Without a column of the record, not even the version can be read.
      const named = /^schema_migrations\.(.*)/.exec(object.name)?.[1] ?? `${kind} ${object.name} is missing`
      await expect(openDatabase(optionsFor(meddler.options.path)), object.name).rejects.toMatchObject({
        code: 'SCHEMA_DRIFT',
        message: expect.stringContaining(named),
      })
      putBack()
      expect(await meddler.failing(), object.name).toEqual([])
    }
  },
  60_000,
)
