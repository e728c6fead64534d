import { randomBytes } from 'node:crypto'
import type { Account } from '@local-mcp/contract'
import { AppError, newId, visibleLine } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServerRecord } from '../records.ts'
import type { StoreWriter } from '../store.ports.ts'
import { sha256 } from '../tokens/token-registry.ts'
import type { SecretPlace } from '../vault.ports.ts'
import type { AccountRecord, GrantTerms } from './oauth.records.ts'
import type { OAuthClients } from './oauth-clients.ts'
import { type OAuthDependencies, type OAuthDesk, TIME_FOR_SIGN_IN } from './oauth-desk.ts'
import { chooseScope } from './scopes.ts'
import { sealGranted } from './sealed-grant.ts'

const DEFAULT_ACCOUNT = 'default'
const MAX_ACCOUNTS = 50
const STATE = /^[A-Za-z0-9_-]{43}$/

const verifierPlace = (stateHash: string): SecretPlace => ({ table: 'oauth_sessions', column: 'code_verifier', rowId: stateHash })
/** What a stranger wrote, to be shown. */
const shown = (text: string) => visibleLine(text).slice(0, 300)

/** The way from a click to a stored grant, in two halves: before the browser goes, and when it comes back. */
export function createSignInFlow(
  { store, vault, events, clock, routing, client, keeper, expectCallback }: OAuthDependencies,
  { remote, targetOf, redirect, showOne, announce, reconnect }: OAuthDesk,
  { clientAt, identityOf }: OAuthClients,
) {
  async function accountFor(tx: StoreWriter, server: ServerRecord, name: string | undefined): Promise<AccountRecord> {
    const all = await tx.oauth.accounts(server.id)
    const found = all.find((account) => (name === undefined ? account.isDefault : account.name.toLowerCase() === name.toLowerCase()))
    if (found) return found
    if (all.length >= MAX_ACCOUNTS) throw new AppError('VALIDATION_ERROR', `A server has at most ${MAX_ACCOUNTS} accounts`)
    const record: AccountRecord = {
      id: newId<'account'>(),
      serverId: server.id,
      name: name ?? DEFAULT_ACCOUNT,
      isDefault: !all.some(({ isDefault }) => isDefault),
      terms: null,
      renewal: null,
      createdAt: clock.now(),
    }
    await tx.oauth.insertAccount(record)
    return record
  }

  return {
    /** @throws AppError SERVER_NOT_FOUND, NO_OAUTH_CONFIG, SECRETS_UNAVAILABLE, SECRETS_LOCKED, and those of AuthorizationClient */
    async start(
      context: Context,
      ref: string,
      wish: { readonly account?: string | undefined; readonly issuer?: string | undefined; readonly scopes?: string | undefined },
    ): Promise<{ authorizationUrl: string; account: Account; expiresAt: number }> {
      const { server } = await remote(context, ref)
      const account = await store.transaction(async (tx) => {
        await tx.oauth.purgeSignIns(clock.now() - TIME_FOR_SIGN_IN)
        return accountFor(tx, server, wish.account)
      })
      await keeper.reload()
      const target = await targetOf(server, account.id)
      const uri = await redirect()
      const at = await client.discover(target, wish.issuer)
      const registration = await clientAt(server, target, at, uri)
      const grant = await store.read.oauth.grant(account.id).catch(() => null)
      const scope = chooseScope({
        wanted: wish.scopes || target.config?.scopes || null,
        challenged: at.challengedScope,
        granted: grant?.scope ?? null,
        supported: at.scopes,
        offersOfflineAccess: at.offersOfflineAccess,
      })
      const state = randomBytes(32).toString('base64url')
      const { url, codeVerifier } = await client.begin(at, await identityOf(registration), { redirectUri: uri, scope, state })
      const { issuer, tokenEndpoint, revocationEndpoint, authMethods, namesIssuer, resource } = at
      const terms: GrantTerms = {
        origin: new URL(target.url).origin,
        issuer,
        tokenEndpoint,
        revocationEndpoint,
        authMethods,
        namesIssuer,
        resource,
        registrationId: registration.id,
      }
      const stateHash = sha256(state)
      const now = clock.now()
      const sealed = await vault.seal(JSON.stringify({ codeVerifier, terms }), verifierPlace(stateHash))
      await expectCallback(TIME_FOR_SIGN_IN)
      const expiresAt = now + TIME_FOR_SIGN_IN
      await store.transaction((tx) =>
        tx.oauth.insertSignIn({
          stateHash,
          serverId: server.id,
          accountId: account.id,
          codeVerifier: sealed,
          redirectUri: uri,
          scope,
          issuer,
          resource,
          createdAt: now,
          expiresAt,
          usedAt: null,
        }),
      )
      await announce(account.id)
      return { authorizationUrl: url, account: (await showOne(account.id)) as Account, expiresAt }
    },

    /**
     * Takes what the browser brings back. Each state is good for one answer, whatever that is.
     *
     * @param answer the query of the address
     * @throws AppError INVALID_STATE, ISSUER_MISMATCH, SIGN_IN_DENIED, MISSING_CODE, TOKEN_EXCHANGE_FAILED, OAUTH_UNREACHABLE
     */
    async finish(answer: URLSearchParams): Promise<{ account: Account; server: string }> {
      const only = (name: string) => {
        const all = answer.getAll(name)
        if (all.length > 1) throw new AppError('INVALID_STATE', `The answer of the sign-in names ${name} twice`)
        return all[0] ?? null
      }
      const state = only('state')
      if (state === null || !STATE.test(state)) throw new AppError('INVALID_STATE', 'The answer belongs to no sign-in that was begun here')
      const stateHash = sha256(state)
      const begun = await store.transaction(async (tx) => {
        const found = await tx.oauth.signIn(stateHash)
        if (found && found.usedAt === null) await tx.oauth.useSignIn(stateHash, clock.now())
        return found
      })
      const now = clock.now()
      // One from the future was begun before the clock was set back.
      const fresh = begun?.usedAt === null && begun.expiresAt > now && begun.createdAt <= now + TIME_FOR_SIGN_IN
      if (!begun || !fresh || begun.accountId === null)
        throw new AppError(
          'INVALID_STATE',
          begun?.usedAt != null ? 'This sign-in was ended already' : begun ? 'The sign-in took too long' : 'The sign-in is not known here',
        )
      const { accountId, serverId, redirectUri: uri } = begun
      const { codeVerifier, terms } = JSON.parse(await vault.open(begun.codeVerifier, verifierPlace(stateHash))) as {
        codeVerifier: string
        terms: GrantTerms
      }
      client.checkIssuer(terms, only('iss'))
      const refused = only('error')
      if (refused !== null) {
        const why = only('error_description')
        throw new AppError('SIGN_IN_DENIED', `${shown(refused)}${why ? `: ${shown(why)}` : ''}`)
      }
      const code = only('code')
      if (!code) throw new AppError('MISSING_CODE', 'The answer of the sign-in holds no code')
      const server = routing.current().servers.get(serverId)
      const registration = await store.read.oauth.registration(terms.registrationId)
      if (!server || !registration) throw new AppError('INVALID_STATE', 'The server of this sign-in is gone')
      const granted = await client
        .exchange(await targetOf(server, accountId), terms, await identityOf(registration), { code, codeVerifier, redirectUri: uri })
        .catch(async (error: unknown) => {
          // One that is not known there any more is registered anew by the next try.
          if (error instanceof AppError && error.data?.reason === 'invalid_client' && registration.origin === 'dcr')
            await store.transaction((tx) => tx.oauth.deleteRegistration(registration.id))
          throw error
        })
      const sealed = await sealGranted(vault, accountId, granted, clock.now(), null, begun.scope)
      const kept = await store.transaction(async (tx) => {
        if (!(await tx.oauth.account(accountId))) return false
        const at = clock.now()
        const grant = { id: accountId, serverId, ...sealed, issuer: terms.issuer, lastRefreshAt: null, lastError: null, createdAt: at }
        await tx.oauth.putGrant(grant, terms)
        return true
      })
      if (!kept) throw new AppError('INVALID_STATE', 'The account of this sign-in is gone')
      keeper.forget(accountId)
      await reconnect(serverId)
      await announce(accountId)
      return { account: (await showOne(accountId)) as Account, server: server.name }
    },

    /** Tells whoever waits for the sign-in of an answer that nothing came of it. */
    async tellFailure(answer: URLSearchParams, { code, detail, next }: { code: string; detail: string; next: string }): Promise<void> {
      // An answer that belongs to no open sign-in ends none.
      if (code === 'INVALID_STATE') return
      const begun = await store.read.oauth.signIn(sha256(answer.get('state') ?? ''))
      if (!begun?.accountId) return
      const { serverId, accountId } = begun
      events.emit({ type: 'oauth.sign-in.failed', serverId, accountId, problem: { code, message: detail, next } })
    },
  }
}
