import type { Account, OAuthConfig, OAuthDiscovery, OAuthSettings, SignIn } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import { findAccount, findServer } from '../find.ts'
import type { ServerRecord } from '../records.ts'
import { OAUTH_SETTINGS } from '../settings.ts'
import { stateOf } from './account-state.ts'
import type { AccountRecord } from './oauth.records.ts'
import { createOAuthClients } from './oauth-clients.ts'
import { createOAuthDesk, type OAuthDependencies } from './oauth-desk.ts'
import { clientMetadata, readOAuthSettings } from './oauth-settings.ts'
import { recipeFor } from './recipes.ts'
import { tokenPlace } from './sealed-grant.ts'
import { createSignInFlow } from './sign-in-flow.ts'

/** Sign-ins at servers: who is signed in where, and as which client. */
export function createOAuthService(dependencies: OAuthDependencies) {
  const { store, vault, events, clock, client, keeper, redirectUri } = dependencies
  const desk = createOAuthDesk(dependencies)
  const { remote, targetOf, redirect, show, showOne, announce, reconnect } = desk
  const clients = createOAuthClients(dependencies, desk)
  const { toClient, isUsable, identityOf } = clients

  async function signInOf(server: ServerRecord): Promise<SignIn> {
    const [accounts, registrations, config] = await Promise.all([
      store.read.oauth.accounts(server.id),
      store.read.oauth.registrations(server.id),
      store.read.oauth.config(server.id),
    ])
    const url = 'url' in server.config ? server.config.url : null
    return {
      serverId: server.id,
      accounts: await show(accounts),
      clients: registrations.filter((one, at) => registrations.findIndex(({ issuer }) => issuer === one.issuer) === at).map(toClient),
      config,
      redirectUri: await redirect(),
      recipe: url === null ? null : recipeFor([url, ...registrations.map(({ issuer }) => issuer)]),
    }
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
    ...createSignInFlow(dependencies, desk, clients),
    setClient: clients.setClient,
    removeClient: clients.removeClient,

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
