import { KeyTrouble, type MasterKeyPlace } from './master-key.ts'

/** The key that the gateway was started with: OAUTH_ENCRYPTION_KEY. @param hex 64 digits; null where it is not set */
export function createVariable(hex: string | null): MasterKeyPlace {
  const key = async () => {
    if (hex === null) throw new KeyTrouble('VARIABLE_MISSING')
    return Buffer.from(hex, 'hex')
  }
  return { method: 'env', create: async () => ({ bytes: await key(), facts: {} }), fetch: key, async remove() {} }
}
