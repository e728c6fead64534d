import { execFile } from 'node:child_process'
import { messageOf } from '@local-mcp/kernel'
import { newKeyBytes } from './envelope.ts'
import { KeyTrouble, type MasterKeyPlace } from './master-key.ts'

const SERVICE = 'Local MCP Gateway'
/** How long a person may take to unlock a keychain that asks, in milliseconds. */
const PATIENCE = 30_000
const LOOK_TIMEOUT = 3000
/** Pinned: unpinned the library falls back to the kernel's keyring, which is gone after a reboot. */
const OPTIONS = { linux: { store: 'secret-service' } } as const

/** What the secret service says of the collection that keys go to; null where there is no way to ask. */
type Collection = 'open' | 'locked' | 'none' | null

/** Only D-Bus tells "no such key" from "a keychain that was never opened"; the tool comes with the bus itself. */
function lookAtCollection(): Promise<Collection> {
  if (process.platform !== 'linux') return Promise.resolve(null)
  const ask = [
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.secrets',
    '/org/freedesktop/secrets/aliases/default',
    'org.freedesktop.DBus.Properties.Get',
    'string:org.freedesktop.Secret.Collection',
    'string:Locked',
  ]
  return new Promise((resolve) => {
    execFile('dbus-send', ask, { timeout: LOOK_TIMEOUT, windowsHide: true }, (error, stdout, stderr) => {
      const answer = /boolean (true|false)/.exec(stdout)?.[1]
      if (answer) resolve(answer === 'true' ? 'locked' : 'open')
      else resolve(error && /UnknownObject|UnknownMethod|No such object|doesn.t exist/i.test(stderr) ? 'none' : null)
    })
  })
}

/** One call of the keychain, which may wait for a person. @throws KeyTrouble */
async function patiently<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const signal = AbortSignal.timeout(PATIENCE)
  let late: NodeJS.Timeout | undefined
  try {
    // The library hears of the signal before and after a call of the system, not within one.
    const tooLate = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new KeyTrouble('KEYCHAIN_SLOW')), PATIENCE)
    })
    return await Promise.race([work(signal), tooLate])
  } catch (error) {
    if (error instanceof KeyTrouble) throw error
    if (signal.aborted) throw new KeyTrouble('KEYCHAIN_SLOW', error)
    const locked = /prompt|locked|dismissed/i.test(messageOf(error)) || (await lookAtCollection()) === 'locked'
    throw new KeyTrouble(locked ? 'KEYCHAIN_LOCKED' : 'KEYCHAIN_UNAVAILABLE', error)
  } finally {
    clearTimeout(late)
  }
}

/** The keychain of the operating system. What is in it belongs to the person who is signed in. */
export function createKeychain(): MasterKeyPlace {
  /** Loaded when it is needed: most commands need no key, and a system without a binary of it still has the other places. */
  const entry = async (id: string) => new (await import('@napi-rs/keyring')).AsyncEntry(SERVICE, id, OPTIONS)
  const read = (id: string) => patiently(async (signal) => (await entry(id)).getPassword(signal))

  return {
    method: 'os',
    async create(id) {
      const bytes = newKeyBytes()
      const text = bytes.toString('hex')
      await patiently(async (signal) => (await entry(id)).setPassword(text, signal)).catch((error: KeyTrouble) => {
        throw error.code === 'KEYCHAIN_UNAVAILABLE' ? new KeyTrouble('NO_KEYCHAIN', error) : error
      })
      if ((await read(id)) !== text) throw new KeyTrouble('NO_KEYCHAIN')
      return { bytes, facts: {} }
    },
    async fetch(id) {
      const text = await read(id)
      if (text !== null) return Buffer.from(text, 'hex')
      const collection = await lookAtCollection()
      if (collection === 'locked') throw new KeyTrouble('KEYCHAIN_LOCKED')
      throw new KeyTrouble(collection === 'none' ? 'KEYCHAIN_UNAVAILABLE' : 'KEYCHAIN_WITHOUT_KEY')
    },
    async remove(id) {
      await patiently(async (signal) => (await entry(id)).deletePassword(signal))
    },
  }
}
