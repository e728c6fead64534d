/**
 * Walks JSON text as bytes, without building values, so that a frame can be routed and forwarded with every byte
 * that routing does not touch left as it was: numbers, key order, escapes, spaces. The walk is complete and strict
 * (RFC 8259): what it accepts is JSON, so a second reader cannot see another message than the one that was checked.
 * UTF-8 validity is the caller's to check, once for the whole frame.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const MINUS = 0x2d
const PLUS = 0x2b
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39

/** A range of bytes, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Thrown where the text stops being JSON, or nests deeper than allowed. */
export class JsonScanError extends Error {
  override readonly name = 'JsonScanError'
}

const fail = (what: string, at: number): never => {
  throw new JsonScanError(`${what} at byte ${at}`)
}

/** The first index at or after `i` that is not white space. */
export function skipSpace(b: Uint8Array, i: number): number {
  let k = i
  for (;;) {
    const c = b[k]
    if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) k++
    else return k
  }
}

const isHex = (c: number | undefined): boolean =>
  c !== undefined && ((c >= ZERO && c <= NINE) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66))
const isDigit = (c: number | undefined): boolean => c !== undefined && c >= ZERO && c <= NINE

/** `i` at the opening quote; returns the index after the closing quote. */
function skipString(b: Uint8Array, i: number): number {
  const n = b.length
  let k = i + 1
  while (k < n) {
    const c = b[k] as number
    if (c === QUOTE) return k + 1
    if (c === BACKSLASH) {
      const e = b[k + 1]
      if (e === 0x75) {
        if (!(isHex(b[k + 2]) && isHex(b[k + 3]) && isHex(b[k + 4]) && isHex(b[k + 5]))) fail('Bad unicode escape', k)
        k += 6
      } else if (e === QUOTE || e === BACKSLASH || e === 0x2f || e === 0x62 || e === 0x66 || e === 0x6e || e === 0x72 || e === 0x74) {
        k += 2
      } else fail('Bad escape', k)
    } else if (c < 0x20) fail('Control character in a string', k)
    else k++
  }
  return fail('Unfinished string', i)
}

function skipDigits(b: Uint8Array, i: number): number {
  if (!isDigit(b[i])) fail('Digit expected', i)
  let k = i + 1
  while (isDigit(b[k])) k++
  return k
}

function skipNumber(b: Uint8Array, i: number): number {
  let k = b[i] === MINUS ? i + 1 : i
  k = b[k] === ZERO ? k + 1 : skipDigits(b, k)
  if (b[k] === DOT) k = skipDigits(b, k + 1)
  if (b[k] === 0x65 || b[k] === 0x45) {
    k++
    if (b[k] === PLUS || b[k] === MINUS) k++
    k = skipDigits(b, k)
  }
  return k
}

const WORDS = { t: Buffer.from('true'), f: Buffer.from('false'), n: Buffer.from('null') }

function skipWord(b: Uint8Array, i: number, word: Buffer): number {
  for (let k = 0; k < word.length; k++) if (b[i + k] !== word[k]) fail('Unknown word', i)
  return i + word.length
}

function skipScalar(b: Uint8Array, i: number): number {
  switch (b[i]) {
    case QUOTE:
      return skipString(b, i)
    case 0x74:
      return skipWord(b, i, WORDS.t)
    case 0x66:
      return skipWord(b, i, WORDS.f)
    case 0x6e:
      return skipWord(b, i, WORDS.n)
    default:
      return skipNumber(b, i)
  }
}

/** `i` after the closing quote of a key; returns the index of the first byte of its value. */
function skipColon(b: Uint8Array, i: number): number {
  const colon = skipSpace(b, i)
  if (b[colon] !== COLON) fail('Colon expected', colon)
  return skipSpace(b, colon + 1)
}

/** `i` at the quote of a key; returns the index of the first byte of its value. */
function skipKey(b: Uint8Array, i: number): number {
  if (b[i] !== QUOTE) fail('Key expected', i)
  return skipColon(b, skipString(b, i))
}

/**
 * Skips one value of any kind. Nesting is kept on an explicit stack, so depth costs memory and never the call stack.
 *
 * @param i at the first byte of the value
 * @param maxDepth how many arrays and objects may be open at once
 * @returns the index after the value
 * @throws JsonScanError
 */
export function skipValue(b: Uint8Array, i: number, maxDepth: number): number {
  const first = b[i]
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return skipScalar(b, i)
  const stack: boolean[] = [] // true: object
  let k = i
  for (;;) {
    // At the first byte of a value.
    const c = b[k]
    if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      if (stack.length >= maxDepth) fail('Nested too deeply', k)
      const object = c === OPEN_OBJECT
      const inner = skipSpace(b, k + 1)
      if (b[inner] === (object ? CLOSE_OBJECT : CLOSE_ARRAY)) k = inner + 1
      else {
        stack.push(object)
        k = object ? skipKey(b, inner) : inner
        continue
      }
    } else k = skipScalar(b, k)
    // After a value: close what ends here, or go on to the next one.
    for (;;) {
      const object = stack[stack.length - 1]
      if (object === undefined) return k
      k = skipSpace(b, k)
      if (b[k] === COMMA) {
        k = skipSpace(b, k + 1)
        if (object) k = skipKey(b, k)
        break
      }
      if (b[k] !== (object ? CLOSE_OBJECT : CLOSE_ARRAY)) fail('Comma or end expected', k)
      stack.pop()
      k++
    }
  }
}

/**
 * Visits the members of an object.
 *
 * @param i at the opening brace
 * @param onMember gets where the key begins and ends, with its quotes, and the start of the value; returns the index
 *   after the value
 * @returns the index after the closing brace
 * @throws JsonScanError
 */
export function walkMembers(b: Buffer, i: number, onMember: (key: number, keyEnd: number, valueStart: number) => number): number {
  if (b[i] !== OPEN_OBJECT) fail('Object expected', i)
  let k = skipSpace(b, i + 1)
  if (b[k] === CLOSE_OBJECT) return k + 1
  for (;;) {
    if (b[k] !== QUOTE) fail('Key expected', k)
    const keyEnd = skipString(b, k)
    k = skipSpace(b, onMember(k, keyEnd, skipColon(b, keyEnd)))
    if (b[k] === COMMA) k = skipSpace(b, k + 1)
    else if (b[k] === CLOSE_OBJECT) return k + 1
    else fail('Comma or end expected', k)
  }
}

/** Whether a key, given with its quotes, is written with escapes. */
export const isEscaped = (b: Buffer, key: number, keyEnd: number): boolean => b.subarray(key, keyEnd).includes(BACKSLASH)

/** A key that is given with its quotes. */
export const keyAt = (b: Buffer, key: number, keyEnd: number, escaped: boolean): string =>
  escaped ? (JSON.parse(b.toString('utf8', key, keyEnd)) as string) : b.toString('utf8', key + 1, keyEnd - 1)

/** The same as `walkMembers`, for who needs every key. @param onMember gets the key, and whether it was written with escapes */
export function walkObject(b: Buffer, i: number, onMember: (key: string, escaped: boolean, valueStart: number) => number): number {
  return walkMembers(b, i, (key, keyEnd, valueStart) => {
    const escaped = isEscaped(b, key, keyEnd)
    return onMember(keyAt(b, key, keyEnd, escaped), escaped, valueStart)
  })
}

/**
 * Visits the elements of an array.
 *
 * @param i at the opening bracket
 * @param onElement gets the start of the element; returns the index after it
 * @returns the index after the closing bracket
 * @throws JsonScanError
 */
export function walkArray(b: Buffer, i: number, onElement: (start: number) => number): number {
  if (b[i] !== OPEN_ARRAY) fail('Array expected', i)
  let k = skipSpace(b, i + 1)
  if (b[k] === CLOSE_ARRAY) return k + 1
  for (;;) {
    k = skipSpace(b, onElement(k))
    if (b[k] === COMMA) k = skipSpace(b, k + 1)
    else if (b[k] === CLOSE_ARRAY) return k + 1
    else fail('Comma or end expected', k)
  }
}

export const isObjectAt = (b: Uint8Array, i: number): boolean => b[i] === OPEN_OBJECT
export const isArrayAt = (b: Uint8Array, i: number): boolean => b[i] === OPEN_ARRAY
export const isStringAt = (b: Uint8Array, i: number): boolean => b[i] === QUOTE
