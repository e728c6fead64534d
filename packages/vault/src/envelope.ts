import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { SecretPlace } from '@local-mcp/core'

/*
 * The text form of a ciphertext: `v1:<id of the key>:<base64url of IV, tag and ciphertext>`. AES-256-GCM; bound to its
 * place, so that one that was moved to another row or column does not open. See docs/adr/0006-vault-form.md.
 */
const VERSION = 'v1'
const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
/** Always said: without it Node takes a tag of four bytes (DEP0182). */
const OPTIONS = { authTagLength: TAG_BYTES }
const FORM = /^v1:([0-9a-f-]{36}):([A-Za-z0-9_-]+)$/

/** As JSON, so that no part can run into its neighbour. */
const boundTo = ({ table, column, rowId }: SecretPlace, keyId: string) =>
  Buffer.from(JSON.stringify(['local-mcp-gateway', table, column, rowId, keyId, VERSION]))

export interface Key {
  readonly id: string
  /** 32 bytes. */
  readonly bytes: Buffer
}

export const newKeyBytes = () => randomBytes(32)

export function seal(plaintext: Buffer, key: Key, place: SecretPlace): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key.bytes, iv, OPTIONS)
  cipher.setAAD(boundTo(place, key.id))
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return `${VERSION}:${key.id}:${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`
}

/** The id of the key that a ciphertext was sealed with; null for what is not one of ours. */
export const keyIdOf = (ciphertext: string): string | null => FORM.exec(ciphertext)?.[1] ?? null

/** @returns null where it was sealed with another key or for another place, or is damaged */
export function open(ciphertext: string, key: Key, place: SecretPlace): Buffer | null {
  const [, keyId, body = ''] = FORM.exec(ciphertext) ?? []
  const bytes = Buffer.from(body, 'base64url')
  if (keyId !== key.id || bytes.length < IV_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv(CIPHER, key.bytes, bytes.subarray(0, IV_BYTES), OPTIONS)
  decipher.setAAD(boundTo(place, key.id))
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    return null
  }
}
