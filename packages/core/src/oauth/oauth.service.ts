import { createHash, randomBytes } from 'node:crypto'
import type { Account, OAuthClient, OAuthConfig, OAuthDiscovery, OAuthSettings, SignIn } from '@local-mcp/contract'
import { type AccountId, AppError, newId, type RegistrationId, type ServerId, visibleLine } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { findAccount, findServer } from '../find.ts'
import type { ServerRecord } from '../records.ts'
import { OAUTH_SETTINGS } from '../settings.ts'
import type { StoreWriter } from '../store.ports.ts'
import type { SecretPlace } from '../vault.ports.ts'
import type { AccessKeeper } from './access-keeper.ts'
import { stateOf, toAccount } from './account-state.ts'
import type { AuthorizationClient, AuthorizationServer, ClientIdentity, SignInTarget } from './oauth.ports.ts'
import type { AccountRecord, GrantTerms, RegistrationRecord } from './oauth.records.ts'
import { clientMetadata, readOAuthSettings } from './oauth-settings.ts'
import { recipeFor } from './recipes.ts'
import { chooseScope } from './scopes.ts'
import { sealGranted, tokenPlace } from './sealed-grant.ts'

/** How long a person has for a sign-in, in milliseconds. */
const TIME_FOR_SIGN_IN = 10 * 60_000
const DEFAULT_ACCOUNT = 'default'
const MAX_ACCOUNTS = 50
/** Sign-ins of one account that are under way; an older one is given up. */
const STATE = /^[A-Za-z0-9_-]{43}$/

interface OAuthDependencies extends Pick<ServiceDependencies, 'store' | 'vault' | 'events' | 'clock' | 'upstreams' | 'routing'> {
  readonly client: AuthorizationClient
  readonly keeper: AccessKeeper
  /** Where authorization servers send the browser back to, at `host`. @throws AppError where it cannot be listened there */
  readonly redirectUri: (host: OAuthSettings['redirectHost']) => string
  /** A sign-in was begun, so somebody will come back there. */
  readonly expectCallback: (forMs: number) => Promise<void>
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const verifierPlace = (stateHash: string): SecretPlace => ({ table: 'oauth_sessions', column: 'code_verifier', rowId: stateHash })
const secretPlace = (id: RegistrationId): SecretPlace => ({ table: 'oauth_client_registrations', column: 'client_secret', rowId: id })
/** What a stranger wrote, to be shown. */
const shown = (text: string) => visibleLine(text).slice(0, 300)

/** Sign-ins at servers: who is signed in where, as which client, and the way from a click to a token. */
export function createOAuthService(dependencies: OAuthDependencies) {
  const { store, vault, events, clock, upstreams, routing, client, keeper, redirectUri, expectCallback } = dependencies

  async function remote(context: Context, ref: string): Promise<{ server: ServerRecord; target: SignInTarget }> {
    const server = await findServer(store.read, context, ref)
    if (!('url' in server.config)) {
      throw new AppError('VALIDATION_ERROR', `"${server.name}" is a command: there is nothing to sign in to`, {
        next: 'Give it its key as a variable.',
      })
    }
    return { server, target: await targetOf(server, null) }
  }

  async function targetOf({ id, config }: ServerRecord, account: AccountId | null): Promise<SignInTarget> {
    const { url, allowPrivateNetwork } = config as { url: string; allowPrivateNetwork: boolean }
    return { url, allowPrivateNetwork, config: await store.read.oauth.config(id), challenge: keeper.challengeOf(id, account) }
  }

  const redirect = async () => redirectUri((await readOAuthSettings(store.read)).redirectHost)

  async function show(records: readonly AccountRecord[]): Promise<Account[]> {
    const [grants, links] = await Promise.all([store.read.oauth.grants(), store.read.links.listAll()])
    return Promise.all(
      records.map(async (record) => {
        // A row that is damaged is left out of the list, and found to be so when it is asked for.
        const grant = grants.find(({ id }) => id === record.id) ?? (await store.read.oauth.grant(record.id).catch(() => undefined))
        const profiles = links.filter(({ accountId }) => accountId === record.id).map(({ profileId }) => profileId)
        return toAccount(record, grant, profiles, clock.now())
      }),
    )
  }

  async function showOne(id: AccountId): Promise<Account | null> {
    const record = await store.read.oauth.account(id).catch(() => null)
    return record ? ((await show([record]))[0] ?? null) : null
  }

  /** Tells of an account that is not what it was. */
  async function announce(id: AccountId): Promise<void> {
    const account = await showOne(id)
    if (account) events.emit({ type: 'oauth.account.changed', account })
    events.emit({ type: 'secrets.changed' })
  }

  const toClient = ({ issuer, clientId, clientSecret, origin, redirectUri: uri, secretExpiresAt }: RegistrationRecord): OAuthClient => ({
    issuer,
    clientId,
    hasSecret: clientSecret !== null,
    origin,
    redirectUri: uri,
    secretExpiresAt,
  })

  async function signInOf(server: ServerRecord): Promise<SignIn> {
    const [accounts, clients, config] = await Promise.all([
      store.read.oauth.accounts(server.id),
      store.read.oauth.registrations(server.id),
      store.read.oauth.config(server.id),
    ])
    const url = 'url' in server.config ? server.config.url : null
    return {
      serverId: server.id,
      accounts: await show(accounts),
      clients: clients.map(toClient),
      config,
      redirectUri: await redirect(),
      recipe: url === null ? null : recipeFor([url, ...clients.map(({ issuer }) => issuer)]),
    }
  }

  const isUsable = (record: RegistrationRecord, uri: string) =>
    record.origin === 'manual' ||
    (record.redirectUri === uri && (record.secretExpiresAt === null || record.secretExpiresAt > clock.now() + TIME_FOR_SIGN_IN))

  async function identityOf(record: RegistrationRecord): Promise<ClientIdentity> {
    const { id, clientId, clientSecret } = record
    return { clientId, clientSecret: clientSecret && (await vault.open(clientSecret, secretPlace(id))) }
  }

  async function keepClient(
    server: ServerId,
    issuer: string,
    { clientId, clientSecret, secretExpiresAt = null }: ClientIdentity & { secretExpiresAt?: number | null },
    origin: RegistrationRecord['origin'],
    uri: string,
  ): Promise<RegistrationRecord> {
    const id = newId<'registration'>()
    const record: RegistrationRecord = {
      id,
      serverId: server,
      issuer,
      clientId,
      clientSecret: clientSecret ? await vault.seal(clientSecret, secretPlace(id)) : null,
      redirectUri: uri,
      secretExpiresAt,
      origin,
      createdAt: clock.now(),
    }
    await store.transaction((tx) => tx.oauth.putRegistration(record))
    events.emit({ type: 'oauth.server.changed', serverId: server })
    return record
  }

  /** The client to be there: one that was entered, the hosted document, one that was registered before, a new one. */
  async function clientAt(server: ServerRecord, target: SignInTarget, at: AuthorizationServer, uri: string): Promise<RegistrationRecord> {
    const all = await store.read.oauth.registrations(server.id)
    const present = all.find(({ issuer }) => issuer === at.issuer)
    if (present?.origin === 'manual') return present
    const { clientMetadataUrl } = await readOAuthSettings(store.read)
    if (clientMetadataUrl && at.takesMetadataUrl) {
      if (present?.clientId === clientMetadataUrl && present.redirectUri === uri) return present
      return keepClient(server.id, at.issuer, { clientId: clientMetadataUrl, clientSecret: null }, 'metadata', uri)
    }
    if (present?.origin === 'dcr' && isUsable(present, uri)) return present
    if (at.registrationEndpoint === null) {
      const other = all.find(({ origin }) => origin === 'manual')
      throw new AppError(
        'NO_OAUTH_CONFIG',
        other
          ? `The client that was entered is for ${other.issuer}, and the server now wants ${at.issuer}`
          : `${at.issuer} registers no clients by itself`,
        { data: { issuer: at.issuer, redirectUri: uri, recipe: recipeFor([target.url, at.issuer])?.id ?? null } },
      )
    }
    return keepClient(server.id, at.issuer, await client.register(target, at, clientMetadata([uri])), 'dcr', uri)
  }

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

  /** What is connected as that account connects anew; nobody waits for it. */
  async function reconnect(server: ServerId): Promise<void> {
    await keeper.reload()
    await routing.refresh()
    void upstreams.restart(server).catch(() => {})
  }

  /** Gives back what was granted; what cannot be told is erased all the same. @returns whether the authorization server was told */
  async function giveBack(server: ServerRecord, account: AccountRecord): Promise<boolean> {
    const grant = await store.read.oauth.grant(account.id).catch(() => null)
    const registration = account.terms && (await store.read.oauth.registration(account.terms.registrationId).catch(() => null))
    if (!grant || !account.terms || !registration || account.terms.revocationEndpoint === null) return false
    const column = grant.refreshToken === null ? 'access_token' : 'refresh_token'
    try {
      const token = await vault.open(grant.refreshToken ?? grant.accessToken, tokenPlace(column, account.id))
      return await client.revoke(await targetOf(server, account.id), account.terms, await identityOf(registration), token, column)
    } catch {
      return false
    }
  }

  return {
    announce,

    async list(context: Context): Promise<Account[]> {
      const mine = new Set((await store.read.servers.list(context.principal)).map(({ id }) => id))
      return show((await store.read.oauth.accounts()).filter(({ serverId }) => mine.has(serverId)))
    },

    /** @throws AppError SERVER_NOT_FOUND */
    async get(context: Context, ref: string): Promise<SignIn> {
      return signInOf(await findServer(store.read, context, ref))
    },

    /** @throws AppError SERVER_NOT_FOUND, and those of AuthorizationClient */
    async discover(context: Context, ref: string, issuer?: string): Promise<OAuthDiscovery> {
      const { server, target } = await remote(context, ref)
      const at = await client.discover(target, issuer)
      const present = (await store.read.oauth.registrations(server.id)).find((one) => one.issuer === at.issuer)
      const { clientMetadataUrl } = await readOAuthSettings(store.read)
      const usable = present && isUsable(present, await redirect())
      return {
        resource: at.resource ?? target.url,
        issuers: [...at.issuers],
        issuer: at.issuer,
        authorizationHost: new URL(at.authorizationEndpoint).host,
        registration: usable
          ? 'client'
          : clientMetadataUrl && at.takesMetadataUrl
            ? 'metadata'
            : at.registrationEndpoint === null
              ? 'manual'
              : 'dynamic',
        scopes: [...at.scopes],
        recipe: recipeFor([target.url, at.issuer]),
      }
    },

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

    /** @throws AppError SERVER_NOT_FOUND, ACCOUNT_NOT_FOUND, NAME_EXISTS */
    async updateAccount(
      context: Context,
      ref: string,
      accountRef: string,
      { name, isDefault }: { readonly name?: string | undefined; readonly isDefault?: true | undefined },
    ): Promise<Account> {
      const server = await findServer(store.read, context, ref)
      const { id } = await findAccount(store.read, server, accountRef)
      await store.transaction(async (tx) => {
        const all = await tx.oauth.accounts(server.id)
        if (name !== undefined) {
          if (all.some((other) => other.id !== id && other.name.toLowerCase() === name.toLowerCase()))
            throw new AppError('NAME_EXISTS', `There is an account "${name}" already`, { fields: [{ path: ['name'], message: 'Taken' }] })
          await tx.oauth.renameAccount(id, name, clock.now())
        }
        if (isDefault) await tx.oauth.makeDefault({ id, serverId: server.id }, clock.now())
      })
      if (isDefault) await reconnect(server.id)
      else await keeper.reload()
      for (const account of await store.read.oauth.accounts(server.id)) await announce(account.id)
      return (await showOne(id)) as Account
    },

    /** @throws AppError SERVER_NOT_FOUND, ACCOUNT_NOT_FOUND */
    async deleteAccount(context: Context, ref: string, accountRef: string): Promise<void> {
      const server = await findServer(store.read, context, ref)
      const account = await findAccount(store.read, server, accountRef)
      await giveBack(server, account)
      const next = await store.transaction(async (tx) => {
        await tx.oauth.deleteAccount(account.id)
        const [heir] = await tx.oauth.accounts(server.id)
        if (account.isDefault && heir) await tx.oauth.makeDefault(heir, clock.now())
        return heir?.id ?? null
      })
      keeper.forget(account.id)
      await reconnect(server.id)
      events.emit({ type: 'oauth.account.deleted', serverId: server.id, accountId: account.id })
      if (next !== null) await announce(next)
    },

    /** @throws AppError SERVER_NOT_FOUND, ACCOUNT_NOT_FOUND, NOT_SIGNED_IN, AUTH_REQUIRED, OAUTH_UNREACHABLE */
    async refresh(context: Context, ref: string, accountRef: string): Promise<Account> {
      const account = await findAccount(store.read, await findServer(store.read, context, ref), accountRef)
      await keeper.renewNow(account.id)
      return (await showOne(account.id)) as Account
    },

    /** @throws AppError SERVER_NOT_FOUND, ACCOUNT_NOT_FOUND, NOT_SIGNED_IN */
    async signOut(context: Context, ref: string, accountRef: string): Promise<{ account: Account; revoked: boolean }> {
      const server = await findServer(store.read, context, ref)
      const account = await findAccount(store.read, server, accountRef)
      const grant = await store.read.oauth.grant(account.id).catch(() => undefined)
      if (stateOf(grant, clock.now()) === 'signed_out') throw new AppError('NOT_SIGNED_IN', `"${account.name}" is not signed in`)
      const revoked = await giveBack(server, account)
      await store.transaction((tx) => tx.oauth.deleteGrant(account.id))
      keeper.forget(account.id)
      await reconnect(server.id)
      await announce(account.id)
      return { account: (await showOne(account.id)) as Account, revoked }
    },

    /** @throws AppError SERVER_NOT_FOUND, SECRETS_UNAVAILABLE, SECRETS_LOCKED, and those of AuthorizationClient where no issuer is given */
    async setClient(
      context: Context,
      ref: string,
      given: { readonly clientId: string; readonly clientSecret?: string | undefined; readonly issuer?: string | undefined },
    ): Promise<OAuthClient> {
      const { server, target } = await remote(context, ref)
      const issuer = given.issuer || (await client.discover(target)).issuer
      const identity = { clientId: given.clientId, clientSecret: given.clientSecret || null }
      return toClient(await keepClient(server.id, issuer, identity, 'manual', await redirect()))
    },

    /** @throws AppError SERVER_NOT_FOUND */
    async removeClient(context: Context, ref: string, issuer?: string): Promise<void> {
      const server = await findServer(store.read, context, ref)
      await store.transaction(async (tx) => {
        for (const registration of await tx.oauth.registrations(server.id))
          if (issuer === undefined || registration.issuer === issuer) await tx.oauth.deleteRegistration(registration.id)
      })
      events.emit({ type: 'oauth.server.changed', serverId: server.id })
    },

    /**
     * Whoever changes where a secret would be sent has to enter that secret anew.
     * @throws AppError SERVER_NOT_FOUND, VALIDATION_ERROR
     */
    async setConfig(context: Context, ref: string, config: OAuthConfig | null): Promise<SignIn> {
      const { server } = await remote(context, ref)
      if ((config?.authorizationUrl === undefined) !== (config?.tokenUrl === undefined)) {
        throw new AppError('VALIDATION_ERROR', 'The address of the authorization and that of the token belong together', {
          fields: [{ path: ['config', config?.tokenUrl === undefined ? 'tokenUrl' : 'authorizationUrl'], message: 'Enter both, or none' }],
        })
      }
      await store.transaction(async (tx) => {
        const before = await tx.oauth.config(server.id)
        const moved = (['issuer', 'authorizationUrl', 'tokenUrl', 'revocationUrl'] as const).some((key) => before?.[key] !== config?.[key])
        if (moved) for (const one of await tx.oauth.registrations(server.id)) await tx.oauth.deleteRegistration(one.id)
        await tx.oauth.setConfig(server.id, config, clock.now())
      })
      events.emit({ type: 'oauth.server.changed', serverId: server.id })
      return signInOf(server)
    },

    getSettings: (): Promise<OAuthSettings> => readOAuthSettings(store.read),

    async updateSettings(changes: Partial<{ [Key in keyof OAuthSettings]: OAuthSettings[Key] | undefined }>): Promise<OAuthSettings> {
      const settings = await store.transaction(async (tx) => {
        const changed = {
          ...(await readOAuthSettings(tx)),
          ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
        }
        await tx.settings.set(OAUTH_SETTINGS, changed, clock.now())
        return changed
      })
      events.emit({ type: 'oauth.settings.updated', settings })
      return settings
    },

    async clientMetadata(): Promise<Record<string, unknown>> {
      const { clientMetadataUrl } = await readOAuthSettings(store.read)
      const uris = (['127.0.0.1', 'localhost'] as const).map(redirectUri)
      return { ...(clientMetadataUrl ? { client_id: clientMetadataUrl } : {}), ...clientMetadata(uris) }
    },
  }
}

export type OAuthService = ReturnType<typeof createOAuthService>
