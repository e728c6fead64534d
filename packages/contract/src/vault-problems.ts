import type { VaultStatus } from './nouns/secret.ts'
import type { ProblemSpec } from './problems.ts'

/** Why stored secrets cannot be opened, or why none can be stored: one name for each cause, and the one next step. */
export const VAULT_PROBLEMS = {
  NO_KEYCHAIN: {
    title: 'This computer offers no keychain to keep the key in',
    next: 'Choose a passphrase or a key file: on the Secrets page, or with `secret keep`.',
  },
  KEYCHAIN_UNAVAILABLE: {
    title: 'The key is in the keychain of this computer, which does not answer',
    next: 'Sign in to your desktop session, or start the keychain service, then press Unlock. Nothing is lost.',
  },
  KEYCHAIN_LOCKED: {
    title: 'The keychain of this computer is locked',
    next: 'Unlock it (it usually asks by itself), then press Unlock here. Nothing is lost.',
  },
  KEYCHAIN_SLOW: {
    title: 'The keychain of this computer did not answer in time',
    next: 'Look whether it waits for your password, then press Unlock. Nothing is lost.',
  },
  KEYCHAIN_WITHOUT_KEY: {
    title: 'The keychain of this computer does not hold the key of this database',
    next: 'If the database came from another computer or account, go back to it, or enter the secrets anew: delete them here first.',
  },
  PASSPHRASE_NEEDED: {
    title: 'The key waits for your passphrase',
    next: 'Enter the passphrase on the Secrets page, or run `secret unlock`.',
  },
  PASSPHRASE_WRONG: { title: 'That is not the passphrase', next: 'Try again: it is the one that was chosen last. Nothing was changed.' },
  KEY_FILE_MISSING: {
    title: 'The key file is not there',
    next: 'Put the file back, or name it with --key-file. Without it the stored secrets cannot be opened: delete them and enter them anew.',
  },
  KEY_FILE_UNSAFE: {
    title: 'Other users of this computer may read the key file, or it is not a file of yours',
    next: 'Make it yours alone (chmod 600), then press Unlock. It is not used as long as others may read it.',
  },
  KEY_FILE_INVALID: { title: 'The key file does not hold a key', next: 'Put the right file back: it holds 64 hexadecimal digits.' },
  KEY_FILE_UNWRITABLE: { title: 'The key file cannot be written there', next: 'Choose a folder that is yours, and a name that is free.' },
  VARIABLE_MISSING: {
    title: 'The key was in OAUTH_ENCRYPTION_KEY, which is not set',
    next: 'Start the gateway with the same OAUTH_ENCRYPTION_KEY as before.',
  },
  WRONG_KEY: {
    title: 'The key that was found does not open this database',
    next: 'Use the passphrase, file or variable that the secrets were stored with. Nothing was changed.',
  },
  KEY_RECORD_MISSING: {
    title: 'The database holds secrets, but the record of their key is gone',
    next: 'Restore a backup that has it, or delete the secrets and enter them anew.',
  },
} as const satisfies Record<string, ProblemSpec>

export type VaultProblemCode = keyof typeof VAULT_PROBLEMS

/** Whether a secret can be stored now; the first one makes the key. */
export const canStore = ({ state, problem }: VaultStatus): boolean => state === 'ready' || (state === 'absent' && problem === null)
