import type { Connection } from '../file/connection.ts'
import { CHECKSUM_COLUMN, checksumOf, coveredColumns, type ProtectedTable } from '../integrity/row-checksum.ts'
import { type Cell, type DatabaseImage, readCells } from './read-cells.ts'

/** A row that is proven to be as it was written. */
export interface ProvenRow extends Cell {
  readonly table: string
  readonly columns: readonly string[]
}

/** A table as the rows of one version of the schema are laid out: later columns come last. */
interface Layout {
  readonly table: string
  readonly columns: readonly string[]
  readonly covered: readonly { readonly name: string; readonly index: number }[]
  readonly checksumIndex: number
}

function layoutOf(table: string, columns: readonly string[]): Layout {
  return {
    table,
    columns,
    covered: coveredColumns(table, columns).map((name) => ({ name, index: columns.indexOf(name) })),
    checksumIndex: columns.indexOf(CHECKSUM_COLUMN),
  }
}

/** How many values a row may have → the tables that it may belong to. */
function layouts(target: Connection, tables: readonly ProtectedTable[]): Map<number, Layout[]> {
  const all = tables.flatMap(({ name }) => {
    const columns = target.prepare<[string], string>('SELECT name FROM pragma_table_info(?) ORDER BY cid').pluck().all(name)
    // A file of an earlier version lacks the columns that were added since, but never the checksum.
    const fewest = columns.indexOf(CHECKSUM_COLUMN) + 1
    return Array.from({ length: columns.length - fewest + 1 }, (_, index) => layoutOf(name, columns.slice(0, fewest + index)))
  })
  return Map.groupBy(all, (layout) => layout.columns.length)
}

/** Every row in the bytes of a file whose checksum says which table it belongs to and that it is whole. */
export function* collectRows(image: DatabaseImage, target: Connection, tables: readonly ProtectedTable[]): Generator<ProvenRow> {
  const byLength = layouts(target, tables)
  for (const { values, page, start } of readCells(image)) {
    for (const { table, columns, covered, checksumIndex } of byLength.get(values.length) ?? []) {
      const stored = values[checksumIndex]
      if (typeof stored !== 'string') continue
      const names = covered.map(({ name }) => name)
      const expected = checksumOf(
        table,
        names,
        covered.map(({ index }) => values[index] ?? null),
      )
      if (stored === expected) yield { table, columns, values, page, start }
    }
  }
}
