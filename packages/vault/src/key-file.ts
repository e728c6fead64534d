import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { newKeyBytes } from './envelope.ts'
import { KeyTrouble, type MasterKeyPlace } from './master-key.ts'

const KEY = /^[0-9a-f]{64}$/i
const MAX_BYTES = 1024

async function readKey(path: string): Promise<Buffer> {
  let file: FileHandle
  try {
    // Not through a link, and not from something that answers only when somebody writes.
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new KeyTrouble(code === 'ENOENT' || code === 'ENOTDIR' ? 'KEY_FILE_MISSING' : 'KEY_FILE_UNSAFE', error)
  }
  try {
    const { mode, uid, size } = await file.stat().then((stat) => (stat.isFile() ? stat : Promise.reject(new KeyTrouble('KEY_FILE_UNSAFE'))))
    const foreign = process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o077) !== 0)
    if (foreign) throw new KeyTrouble('KEY_FILE_UNSAFE')
    const text = size > MAX_BYTES ? '' : (await file.readFile('utf8')).trim()
    if (!KEY.test(text)) throw new KeyTrouble('KEY_FILE_INVALID')
    return Buffer.from(text, 'hex')
  } finally {
    await file.close()
  }
}

/** @throws KeyTrouble; where a file is there already nothing is written */
async function writeKey(path: string, key: Buffer): Promise<void> {
  let file: FileHandle
  try {
    file = await open(path, 'wx', 0o600)
  } catch (error) {
    throw new KeyTrouble('KEY_FILE_UNWRITABLE', error)
  }
  try {
    await file.writeFile(`${key.toString('hex')}\n`)
    await file.sync()
  } catch (error) {
    throw new KeyTrouble('KEY_FILE_UNWRITABLE', error)
  } finally {
    await file.close()
  }
}

/**
 * A file that only its owner may read: 64 hex digits. Weaker than a keychain, because whoever copies the folder has it.
 *
 * @param named by `--key-file`: the place of every key file; null: the one that was chosen
 */
export function createKeyFile(named: string | null, besideDatabase: string): MasterKeyPlace {
  return {
    method: 'file',
    async create(_, { keyFile }) {
      const path = resolve(keyFile ?? named ?? besideDatabase)
      // One that is there is used, never written over: it may hold the key of another database.
      const bytes = await readKey(path).catch(async (error: KeyTrouble) => {
        if (error.code !== 'KEY_FILE_MISSING') throw error
        await writeKey(path, newKeyBytes())
        return readKey(path)
      })
      return { bytes, facts: { path } }
    },
    fetch: (_, { path }) => readKey(named === null ? (typeof path === 'string' ? path : besideDatabase) : resolve(named)),
    // It is the person's, and may be the only copy that an old backup opens with.
    async remove() {},
  }
}
