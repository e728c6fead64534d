/** Shorter values are words: hiding them would hide half of every text. */
const MIN_LENGTH = 8
/** How many values are known at once; the oldest go first. */
const MAX_KNOWN = 500
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

const known = new Set<string>()
let form: RegExp | null = null

/** UTF-8, without a library that only one of our hosts has. */
function bytesOf(text: string): number[] {
  return [...encodeURIComponent(text.toWellFormed()).matchAll(/%([0-9A-F]{2})|(.)/gs)].map(([, hex, char]) =>
    hex === undefined ? (char as string).charCodeAt(0) : Number.parseInt(hex, 16),
  )
}

/** What stands in base64 for these bytes wherever they begin: only digits that no neighbour has a share in. */
function base64At(bytes: readonly number[], offset: number): string {
  const bits = [...new Array<number>(offset).fill(0), ...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const digits = bits.match(/.{6}/g)?.map((six) => BASE64[Number.parseInt(six, 2)]) ?? []
  return digits.slice(Math.ceil((offset * 8) / 6)).join('')
}

/** The value as it may be written down: as it is, in JSON, in a URL, in hex, and in both kinds of base64. */
function formsOf(value: string): string[] {
  const bytes = bytesOf(value)
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset))
  const json = JSON.stringify(value).slice(1, -1)
  return [
    value,
    json,
    // A text that holds JSON, as a field of a log line.
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
    encodeURIComponent(value.toWellFormed()).replaceAll('%20', '+'),
    bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
}

/** From now on this value, in any of its forms, is hidden by `redact`, for as long as the process lives. */
export function registerSecret(value: string): void {
  if (value.length < MIN_LENGTH || known.has(value)) return
  known.add(value)
  const [oldest] = known
  if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest)
  form = null
}

/** The text with every known secret replaced. */
export function hideKnownSecrets(text: string, by: string): string {
  if (known.size === 0) return text
  form ??= new RegExp(
    [...new Set([...known].flatMap(formsOf))]
      .filter((one) => one.length >= MIN_LENGTH)
      // The longest first: one secret may begin with another.
      .sort((a, b) => b.length - a.length)
      .map((one) => one.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
      .join('|'),
    'g',
  )
  return text.replace(form, by)
}
