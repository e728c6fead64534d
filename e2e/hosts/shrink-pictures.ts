import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const HEAD = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const INDEXED = 3
const COLOURS = 256

/**
 * Writes the pictures of a folder with 256 colours each, which is a third of their size. The most frequent colours stay as
 * they are: those of areas and lines. A seldom one, at the edge of a letter, becomes its nearest neighbour, which is less
 * of a difference than a comparison minds.
 */
export function shrinkPictures(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const bytes = readFileSync(path)
    if (bytes.readUInt8(25) !== INDEXED) writeFileSync(path, shrink(bytes))
  }
}

function shrink(bytes: Buffer): Buffer {
  const { width, height, colours } = decode(bytes)
  const counts = new Map<number, number>()
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const palette = choose([...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour))
  const places = new Map(palette.map((colour, place) => [colour, place]))
  const placeOf = (colour: number) => {
    let place = places.get(colour)
    if (place === undefined) {
      place = nearest(palette, colour).place
      places.set(colour, place)
    }
    return place
  }
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = placeOf(colours[y * width + x]!)
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, INDEXED, 0, 0, 0], 8)
  const table = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  return Buffer.concat([
    HEAD,
    chunk('IHDR', head),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Half of the places are for the most frequent, the others for what lies farthest from all that have one. */
function choose(colours: readonly number[]): number[] {
  const palette = colours.slice(0, COLOURS / 2)
  const rest = colours.slice(COLOURS / 2).map((colour) => ({ colour, far: nearest(palette, colour).far }))
  while (palette.length < COLOURS && rest.length > 0) {
    const next = rest.reduce((a, b) => (b.far > a.far ? b : a))
    if (next.far === 0) break
    palette.push(next.colour)
    for (const one of rest) one.far = Math.min(one.far, distance(one.colour, next.colour))
  }
  return palette
}

function nearest(palette: readonly number[], colour: number): { place: number; far: number } {
  let best = { place: 0, far: Number.POSITIVE_INFINITY }
  for (const [place, other] of palette.entries()) {
    const far = distance(colour, other)
    if (far < best.far) best = { place, far }
  }
  return best
}

const distance = (a: number, b: number) =>
  ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}

/** Reads what a browser writes: 8 bits for each of three or four channels, not interlaced. */
function decode(bytes: Buffer): { width: number; height: number; colours: Uint32Array } {
  const width = bytes.readUInt32BE(16)
  const height = bytes.readUInt32BE(20)
  const size = bytes.readUInt8(25) === 6 ? 4 : 3
  const parts: Buffer[] = []
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)))
  }
  const raw = inflateSync(Buffer.concat(parts))
  const line = width * size
  const pixels = Buffer.alloc(line * height)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (line + 1)]!
    for (let x = 0; x < line; x++) {
      const left = x < size ? 0 : pixels[y * line + x - size]!
      const up = y === 0 ? 0 : pixels[(y - 1) * line + x]!
      const corner = x < size || y === 0 ? 0 : pixels[(y - 1) * line + x - size]!
      pixels[y * line + x] = raw[y * (line + 1) + 1 + x]! + predicted(filter, left, up, corner)
    }
  }
  const colours = new Uint32Array(width * height)
  for (let i = 0; i < colours.length; i++) colours[i] = (pixels[i * size]! << 16) | (pixels[i * size + 1]! << 8) | pixels[i * size + 2]!
  return { width, height, colours }
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}
