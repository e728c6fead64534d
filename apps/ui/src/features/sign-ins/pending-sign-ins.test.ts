import type { Account, AppEvent } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { type PendingSignIn, pendingOf, setPending, settlePending } from './pending-sign-ins.ts'

const waiting = (signedInAt: number | null): PendingSignIn => ({
  phase: 'waiting',
  accountId: 'a',
  signedInAt,
  url: 'https://example.com/authorize',
  opened: true,
  expiresAt: 10,
})
const changed = (part: Partial<Account>): AppEvent => ({
  type: 'oauth.account.changed',
  account: { id: 'a', serverId: 's', state: 'signed_in', signedInAt: 5, ...part } as Account,
})
const failed = (accountId: string): AppEvent => ({
  type: 'oauth.sign-in.failed',
  serverId: 's',
  accountId,
  problem: { code: 'SIGN_IN_DENIED', message: 'access_denied', next: 'Begin again.' },
})

test.each<[string, AppEvent, boolean, PendingSignIn['phase'] | null]>([
  ['the account is signed in', changed({}), true, null],
  ['it is as it was when the sign-in began', changed({ signedInAt: 1 }), false, 'waiting'],
  ['it is signed out', changed({ state: 'signed_out', signedInAt: null }), false, 'waiting'],
  ['another account is signed in', changed({ id: 'b' }), false, 'waiting'],
  ['an account of another server is', changed({ serverId: 't' }), false, 'waiting'],
  ['the sign-in failed', failed('a'), false, 'failed'],
  ['that of another account failed', failed('b'), false, 'waiting'],
  ['the account is deleted', { type: 'oauth.account.deleted', serverId: 's', accountId: 'a' }, false, null],
  ['another one is deleted', { type: 'oauth.account.deleted', serverId: 's', accountId: 'b' }, false, 'waiting'],
])('a sign-in that is waited for, when %s', (_, event, ended, phase) => {
  setPending('s', waiting(1))
  expect(settlePending(event)).toBe(ended)
  expect(pendingOf('s')?.phase ?? null).toBe(phase)
})

test('what failed stays until somebody closes it, whatever else happens', () => {
  setPending('s', { phase: 'failed', problem: { code: 'X', message: '', fields: [] } })
  expect(settlePending(changed({}))).toBe(false)
  expect(pendingOf('s')?.phase).toBe('failed')
  setPending('s', null)
  expect(pendingOf('s')).toBeNull()
})
