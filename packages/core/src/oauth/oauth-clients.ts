import type { OAuthClient } from '@local-mcp/contract'
import { AppError, newId, type RegistrationId, type ServerId } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import { findServer } from '../find.ts'
import type { ServerRecord } from '../records.ts'
import type { SecretPlace } from '../vault.ports.ts'
import type { AuthorizationServer, ClientIdentity, SignInTarget } from './oauth.ports.ts'
import type { RegistrationRecord } from './oauth.records.ts'
import { type OAuthDependencies, type OAuthDesk, TIME_FOR_SIGN_IN } from './oauth-desk.ts'
import { clientMetadata, readOAuthSettings } from './oauth-settings.ts'
import { recipeFor } from './recipes.ts'

const secretPlace = (id: RegistrationId): SecretPlace => ({ table: 'oauth_client_registrations', column: 'client_secret', rowId: id })

/** The clients that the gateway is at authorization servers. */
export function createOAuthClients({ store, vault, events, clock, client }: OAuthDependencies, { remote, redirect }: OAuthDesk) {
  const toClient = ({ issuer, clientId, clientSecret, origin, redirectUri: uri, secretExpiresAt }: RegistrationRecord): OAuthClient => ({
    issuer,
    clientId,
    hasSecret: clientSecret !== null,
    origin,
    redirectUri: uri,
    secretExpiresAt,
  })

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

  return {
    toClient,
    isUsable,
    identityOf,
    clientAt,

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
  }
}

export type OAuthClients = ReturnType<typeof createOAuthClients>
