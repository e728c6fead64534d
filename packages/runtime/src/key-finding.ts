import type { Finding, VaultStatus } from '@local-mcp/contract'

const PLACES = {
  os: 'the keychain of this computer',
  passphrase: 'a passphrase',
  file: 'a key file',
  env: 'OAUTH_ENCRYPTION_KEY',
} as const

/** Whether the key of the stored secrets can be had, as the doctor says it. */
export function keyFinding({ state, place, problem, stored }: VaultStatus): Finding {
  const check = 'secrets_key'
  if (state === 'ready' && place) {
    const weaker = place === 'file' ? ' A keychain or a passphrase protects better.' : ''
    return { check, level: 'ok', message: `The key of ${stored} stored secrets is there (${PLACES[place]}).${weaker}`, next: null }
  }
  if (state === 'absent')
    return { check, level: 'info', message: 'No secrets are stored.', next: problem && `${problem.message}. ${problem.next}` }
  return {
    check,
    level: state === 'locked' ? 'warning' : 'error',
    message: `${stored} stored secrets cannot be opened: ${problem?.message ?? state}.`,
    next: problem?.next ?? null,
  }
}
