import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { SecretPlace, Vault } from '@local-mcp/core'
import { AppError } from '@local-mcp/kernel'

/** AES-256-GCM with a key that lives as long as the test, bound to the place as the product binds it. */
export function createTestVault(): Vault & { locked: boolean } {
  const key = randomBytes(32)
  const boundTo = ({ table, column, rowId }: SecretPlace) => Buffer.from(`${table}|${rowId}|${column}`)
  const vault = {
    locked: false,
    async seal(plaintext: string, place: SecretPlace) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(boundTo(place))
      const bytes = Buffer.concat([iv, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `v1:${bytes.toString('base64')}`
    },
    async open(ciphertext: string, place: SecretPlace) {
      if (vault.locked) throw new AppError('SECRETS_LOCKED', 'The keychain is locked')
      const bytes = Buffer.from(ciphertext.slice('v1:'.length), 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(boundTo(place)).setAuthTag(bytes.subarray(-16))
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8')
    },
  }
  return vault
}
