import type { KeyPlace, VaultStatus } from '@local-mcp/contract'
import type { Vault } from '../vault.ports.ts'

export interface KeyChoice {
  readonly place: KeyPlace
  readonly passphrase?: string | undefined
  /** Absolute path. */
  readonly keyFile?: string | undefined
}

/** The vault, and what its owner does with its key. */
export interface VaultKeeper extends Vault {
  /** How it is now; looks for the key where that is not known. */
  status(): Promise<VaultStatus>
  /** Looks for the key anew. @param passphrase where it is worked out from one */
  unlock(passphrase?: string): Promise<VaultStatus>
  /**
   * Makes the key there, or moves it there. The old place is given up when the new one was read back.
   * @throws AppError SECRETS_UNAVAILABLE where it cannot be kept there, SECRETS_LOCKED where the present key cannot be had
   */
  keep(choice: KeyChoice): Promise<VaultStatus>
  /** A new data key, and every ciphertext sealed with it, in one transaction. @throws AppError SECRETS_LOCKED */
  rotate(): Promise<{ readonly sealed: number; readonly left: number }>
  /** Forgets former data keys that no value is sealed with. */
  purge(): Promise<{ readonly purged: number; readonly kept: number }>
}
