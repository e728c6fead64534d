/** One name with its value, as it is typed. */
export interface Row {
  readonly id: number
  readonly name: string
  readonly value: string
}

let lastId = 0
export const newRow = (): Row => ({ id: ++lastId, name: '', value: '' })

/** The rows as a record. Rows without a name are left out. */
export function toRecord(rows: readonly Row[]): Record<string, string> {
  return Object.fromEntries(rows.filter((row) => row.name.trim() !== '').map((row) => [row.name.trim(), row.value]))
}
