import { AppError } from '@local-mcp/kernel'

/** Told of each damaged row that a read came across. */
export type DamageReport = (table: string, id: string) => void

interface Checked {
  readonly id: string
  readonly intact: boolean
}

/** A row without the mark that `intact` left on it. */
function unmarked<Row extends { readonly intact: boolean }>({ intact: _known, ...row }: Row): Omit<Row, 'intact'> {
  return row
}

/**
 * The rows that are as they were written. A list goes on without the others, because one bad sector must not take every
 * profile and client down; each that is left out is reported, and the doctor names it.
 */
export function soundRows<Row extends Checked>(table: string, rows: readonly Row[], report: DamageReport): Omit<Row, 'intact'>[] {
  return rows.flatMap((row) => {
    if (row.intact) return unmarked(row)
    report(table, row.id)
    return []
  })
}

/**
 * The row that was asked for by name; null when there is none.
 * @throws AppError DATABASE_CORRUPT naming table and id when it is not as it was written
 */
export function soundRow<Row extends Checked>(table: string, row: Row | undefined): Omit<Row, 'intact'> | null {
  if (row && !row.intact) throw damagedRow(table, row.id)
  return row ? unmarked(row) : null
}

export function damagedRow(table: string, id: string): AppError {
  return new AppError('DATABASE_CORRUPT', `The row ${id} of ${table} is damaged. It is neither used nor changed.`, {
    data: { table, id },
    next: 'Stop the app, run `local-mcp-gateway salvage`, or restore a backup.',
  })
}
