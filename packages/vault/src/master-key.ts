import type { KeyPlace, VaultProblemCode } from '@local-mcp/contract'

/** What a place has to know to find a master key again; stored readable beside the keys that it wraps. */
export type KeyFacts = Readonly<Record<string, unknown>>

/** What a person gave with the order: never stored. */
export interface KeyOrder {
  readonly passphrase?: string | undefined
  readonly keyFile?: string | undefined
}

export interface MasterKey {
  readonly bytes: Buffer
  readonly facts: KeyFacts
}

/** A place outside the database where a master key is kept. All of them throw KeyTrouble and nothing else. */
export interface MasterKeyPlace {
  readonly method: KeyPlace
  /** Puts a new key there and reads it back. @param id names the key there */
  create(id: string, order: KeyOrder): Promise<MasterKey>
  fetch(id: string, facts: KeyFacts, order: KeyOrder): Promise<Buffer>
  /** Takes away what `create` left; for the places that are ours alone. */
  remove(id: string, facts: KeyFacts): Promise<void>
}

const LOST: ReadonlySet<VaultProblemCode> = new Set(['KEYCHAIN_WITHOUT_KEY', 'KEY_FILE_MISSING', 'KEY_RECORD_MISSING'])

/** Why a master key cannot be had. */
export class KeyTrouble extends Error {
  override readonly name = 'KeyTrouble'
  readonly code: VaultProblemCode

  constructor(code: VaultProblemCode, cause?: unknown) {
    super(code, { cause })
    this.code = code
  }

  get state(): 'locked' | 'lost' | 'wrong_key' {
    if (this.code === 'WRONG_KEY') return 'wrong_key'
    return LOST.has(this.code) ? 'lost' : 'locked'
  }
}
