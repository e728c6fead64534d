/** Shorter values are words: hiding them would hide half of every text. */
const MIN_LENGTH = 8
/** How many values are known at once; the oldest go first. */
const MAX_KNOWN = 500
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Every form begins with so many characters of its own, by which it is found. */
const KEY = MIN_LENGTH
/** A form that is cut off by the end of a text is hidden where so much of it is there, in characters. */
const CUT = 16

/** Values, and the forms of each. */
const known = new Map<string, readonly string[]>()
/** The forms by how they begin, the longest first: one secret may begin with another. */
const byKey = new Map<string, string[]>()
/** Other threads, which know only what they are told. */
const followers = new Set<(value: string) => void>()

/** UTF-8, without a library that only one of our hosts has. */
function bytesOf(text: string): number[] {
  return [...encodeURIComponent(text.toWellFormed()).matchAll(/%([0-9A-F]{2})|(.)/gs)].map(([, hex, char]) =>
    hex === undefined ? (char as string).charCodeAt(0) : Number.parseInt(hex, 16),
  )
}

/** What stands in base64 for these bytes wherever they begin: only digits that no neighbour has a share in. */
function base64At(bytes: readonly number[], offset: number): string {
  let digits = ''
  let held = 0
  let bits = 0
  for (const byte of [...new Array<number>(offset).fill(0), ...bytes]) {
    held = ((held << 8) | byte) & 0x3fff
    bits += 8
    while (bits >= 6) {
      bits -= 6
      digits += BASE64[(held >> bits) & 63]
    }
  }
  return digits.slice(Math.ceil((offset * 8) / 6))
}

/** As text within a string of JSON. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)

const escaped = (text: string, which: RegExp, upper = false): string =>
  text.replace(which, (unit) => {
    const digits = unit.charCodeAt(0).toString(16).padStart(4, '0')
    return `\\u${upper ? digits.toUpperCase() : digits}`
  })

/** Writers of JSON differ in what they escape: these are the habits of JavaScript, Python, PHP, Go and .NET. */
function jsonForms(value: string): string[] {
  const json = inJson(value)
  const ascii = escaped(json, /[^ -~]/g)
  return [
    json,
    ascii,
    json.replaceAll('/', '\\/'),
    ascii.replaceAll('/', '\\/'),
    escaped(json, /[<>&\u2028\u2029]/g),
    escaped(json.replaceAll('\\"', '"'), /["<>&'+`]|[^ -~]/g, true),
  ]
}

/** The value as it may be written down: as it is, in JSON, in a URL, in hex, and in both kinds of base64. */
function formsOf(value: string): string[] {
  const bytes = bytesOf(value)
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset))
  const json = jsonForms(value)
  return [
    value,
    ...json,
    // A text that holds JSON, as a field of a log line.
    ...json.map(inJson),
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
  const forms = [...new Set(formsOf(value))].filter((form) => form.length >= MIN_LENGTH)
  known.set(value, forms)
  for (const form of forms) {
    const key = form.slice(0, KEY)
    byKey.set(
      key,
      [...(byKey.get(key) ?? []), form].sort((a, b) => b.length - a.length),
    )
  }
  const [oldest] = known.keys()
  if (known.size > MAX_KNOWN && oldest !== undefined) forget(oldest)
  for (const tell of followers) tell(value)
}

/** Tells another thread of this process what is known, and from now on what becomes known. @returns what ends it */
export function followSecrets(tell: (value: string) => void): () => void {
  for (const value of known.keys()) tell(value)
  followers.add(tell)
  return () => followers.delete(tell)
}

function forget(value: string): void {
  const forms = known.get(value) ?? []
  known.delete(value)
  for (const form of forms) {
    const key = form.slice(0, KEY)
    const left = byKey.get(key)?.filter((one) => one !== form) ?? []
    if (left.length === 0) byKey.delete(key)
    else byKey.set(key, left)
  }
}

/** How many characters at this place of the text are one of these forms, or what is left of one that the text cuts off. */
function lengthAt(text: string, at: number, forms: readonly string[]): number {
  for (const form of forms) {
    if (text.startsWith(form, at)) return form.length
    const rest = text.length - at
    if (rest < form.length && rest >= CUT && form.startsWith(text.slice(at))) return rest
  }
  return 0
}

/**
 * The text with every known secret replaced. One walk over the text, whatever the number and length of the secrets: an
 * expression of all of them would have to be built anew with each, and has a limit at which it throws.
 */
export function hideKnownSecrets(text: string, by: string): string {
  if (known.size === 0 || text.length < KEY) return text
  let shown = ''
  let from = 0
  for (let at = 0; at <= text.length - KEY; ) {
    const forms = byKey.get(text.slice(at, at + KEY))
    const length = forms ? lengthAt(text, at, forms) : 0
    if (length === 0) at++
    else {
      shown += text.slice(from, at) + by
      at += length
      from = at
    }
  }
  return from === 0 ? text : shown + text.slice(from)
}
