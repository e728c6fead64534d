import { createHmac, timingSafeEqual } from 'node:crypto'

const MAC_BYTES = 16

const mac = (purpose: string, text: string, key: string) =>
  createHmac('sha256', key).update(`${purpose}\0`).update(text).digest().subarray(0, MAC_BYTES)

/**
 * A handle that a client keeps for us: it says by itself what it stands for, so it outlives a restart, and works only
 * in the hands of whoever shows the same key. What is in it can be read, but not changed.
 *
 * @param purpose a handle for one is none for another
 * @param key the bearer token of the client
 */
export function seal(purpose: string, payload: unknown, key: string): string {
  const text = Buffer.from(JSON.stringify(payload)).toString('base64url')
  return `${text}.${mac(purpose, text, key).toString('base64url')}`
}

/** What a handle stands for. @returns null for anything that was not sealed for this purpose with this key */
export function unseal(purpose: string, handle: string, key: string): unknown {
  const [text, given, ...more] = handle.split('.')
  if (!text || !given || more.length > 0) return null
  const right = mac(purpose, text, key)
  const bytes = Buffer.from(given, 'base64url')
  return bytes.length === right.length && timingSafeEqual(bytes, right) ? JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) : null
}
