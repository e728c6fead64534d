import { randomBytes, type ScryptOptions, scrypt } from 'node:crypto'
import { KeyTrouble, type MasterKeyPlace } from './master-key.ts'

/** 128 MB and a good third of a second for each guess. */
const COST = { N: 2 ** 17, r: 8, p: 1 }
const MAX_MEMORY = 256 * 1024 * 1024

const derive = (passphrase: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    // The same letters, however the keyboard composed them.
    scrypt(passphrase.normalize('NFKC'), salt, 32, { ...cost, maxmem: MAX_MEMORY }, (error, key) => (error ? reject(error) : resolve(key))),
  )

/** A key that is nowhere: it is worked out from what a person knows, once in the life of a gateway. */
export function createPassphrase(): MasterKeyPlace {
  return {
    method: 'passphrase',
    async create(_, { passphrase }) {
      if (passphrase === undefined) throw new KeyTrouble('PASSPHRASE_NEEDED')
      const salt = randomBytes(16)
      return { bytes: await derive(passphrase, salt, COST), facts: { algorithm: 'scrypt', salt: salt.toString('base64'), ...COST } }
    },
    async fetch(_, { salt, N, r, p }, { passphrase }) {
      if (passphrase === undefined) throw new KeyTrouble('PASSPHRASE_NEEDED')
      try {
        return await derive(passphrase, Buffer.from(String(salt), 'base64'), { N: Number(N), r: Number(r), p: Number(p) })
      } catch (error) {
        // Facts of a database that is not ours.
        throw new KeyTrouble('PASSPHRASE_WRONG', error)
      }
    },
    async remove() {},
  }
}
