/** Where a ciphertext lives. Bound into it, so that one moved to another row or column does not open. */
export interface SecretPlace {
  readonly table: string
  readonly column: string
  readonly rowId: string
}

/** Seals and opens secrets. Errors: SECRETS_UNAVAILABLE (no key yet and none may be made), SECRETS_LOCKED (a key exists but cannot be had). */
export interface Vault {
  /** @returns ciphertext `v1:…` */
  seal(plaintext: string, place: SecretPlace): Promise<string>
  open(ciphertext: string, place: SecretPlace): Promise<string>
}
