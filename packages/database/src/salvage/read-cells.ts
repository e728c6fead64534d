import type { Value } from '../integrity/row-checksum.ts'

/*
 * Rows read from the bytes of a file, in the format of https://sqlite.org/fileformat2.html: for files whose table of
 * contents or inner pages are damaged, where SQLite itself finds no way to rows that are whole. Whatever is read here
 * proves nothing yet: the caller compares checksums.
 */

const TABLE_LEAF = 0x0d
/** No row of ours comes near this many bytes; a length beyond it is damage. */
const MAX_PAYLOAD = 64 * 1024 * 1024

interface Varint {
  readonly value: number
  readonly next: number
}

/** A number of one to nine bytes; NaN past the end or where it would not be exact. */
function varint(bytes: Buffer, start: number): Varint {
  let value = 0
  for (let index = 0; index < 9; index += 1) {
    const byte = bytes[start + index]
    if (byte === undefined) break
    value = index === 8 ? value * 256 + byte : value * 128 + (byte & 0x7f)
    if (byte < 0x80 || index === 8) return { value: Number.isSafeInteger(value) ? value : Number.NaN, next: start + index + 1 }
  }
  return { value: Number.NaN, next: start }
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8]

/** One value of a record, and how many bytes it takes; null for a type that does not exist or bytes that are not there. */
function valueAt(bytes: Buffer, type: number, at: number): { readonly value: Value; readonly size: number } | null {
  if (type === 0) return { value: null, size: 0 }
  if (type === 8 || type === 9) return { value: BigInt(type - 8), size: 0 }
  const size = type >= 12 ? Math.floor((type - 12) / 2) : type === 7 ? 8 : INTEGER_BYTES[type]
  if (size === undefined || at + size > bytes.length) return null
  const part = bytes.subarray(at, at + size)
  if (type === 7) return { value: part.readDoubleBE(), size }
  if (type < 7) return { value: BigInt.asIntN(size * 8, BigInt(`0x${part.toString('hex')}`)), size }
  return { value: type % 2 === 1 ? part.toString('utf8') : Buffer.from(part), size }
}

/** The values of a record; null where its header makes no sense. */
function decodeRecord(payload: Buffer): Value[] | null {
  const header = varint(payload, 0)
  if (!(header.value >= 1 && header.value <= payload.length)) return null
  const values: Value[] = []
  let body = header.value
  for (let at = header.next; at < header.value; ) {
    const type = varint(payload, at)
    const read = Number.isNaN(type.value) ? null : valueAt(payload, type.value, body)
    if (!read) return null
    values.push(read.value)
    at = type.next
    body += read.size
  }
  return values
}

export interface Cell {
  readonly values: readonly Value[]
  readonly page: number
  /** Where it begins on its page, in bytes. */
  readonly start: number
}

export interface DatabaseImage {
  readonly pageSize: number
  readonly pages: number
  /** @param number from 1 */
  page(number: number): Buffer
}

/** The whole payload of a cell, with what lies on overflow pages; null where the chain breaks. */
function payloadAt(image: DatabaseImage, page: Buffer, cell: number): Buffer | null {
  const length = varint(page, cell)
  const rowid = varint(page, length.next)
  if (!(length.value > 0 && length.value <= MAX_PAYLOAD)) return null
  const usable = image.pageSize
  const most = usable - 35
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const kept = least + ((length.value - least) % (usable - 4))
  const local = length.value <= most ? length.value : kept <= most ? kept : least
  const parts = [page.subarray(rowid.next, rowid.next + local)]
  if (parts[0]?.length !== local) return null
  let left = length.value - local
  let next = left > 0 && rowid.next + local + 4 <= page.length ? page.readUInt32BE(rowid.next + local) : 0
  while (left > 0) {
    if (next < 2 || next > image.pages) return null
    const overflow = image.page(next)
    parts.push(overflow.subarray(4, 4 + Math.min(left, usable - 4)))
    left -= usable - 4
    next = overflow.readUInt32BE(0)
  }
  return Buffer.concat(parts)
}

/**
 * The records of every table page, in the order of the file. Goes by the pointers of each page and never by what merely
 * looks like a row: the space between may hold older versions of rows that were changed or deleted since.
 */
export function* readCells(image: DatabaseImage): Generator<Cell> {
  for (let number = 1; number <= image.pages; number += 1) {
    const page = image.page(number)
    const start = number === 1 ? 100 : 0
    if (page[start] !== TABLE_LEAF) continue
    const cells = Math.min(page.readUInt16BE(start + 3), Math.floor((image.pageSize - start - 8) / 2))
    for (let index = 0; index < cells; index += 1) {
      const cell = page.readUInt16BE(start + 8 + index * 2)
      const payload = cell > start && cell < image.pageSize ? payloadAt(image, page, cell) : null
      const values = payload && decodeRecord(payload)
      if (values) yield { values, page: number, start: cell }
    }
  }
}
