/** Where the key of the stored secrets comes from, as far as somebody said so; else it is in the keychain. */
export interface KeyOptions {
  /** `--key-file`, absolute; null: not given. */
  readonly keyFile: string | null
  /** OAUTH_ENCRYPTION_KEY, 64 hex digits; null: not set. */
  readonly encryptionKey: string | null
}
