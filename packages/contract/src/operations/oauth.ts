import { z } from 'zod'
import { ref, timestamp } from '../nouns/common.ts'
import {
  account,
  accountName,
  oauthClient,
  oauthConfig,
  oauthDiscovery,
  oauthRecipe,
  oauthSettings,
  scopeText,
  signIn,
} from '../nouns/oauth.ts'
import { operation } from './base.ts'

const ofServer = z.strictObject({ server: ref })
const ofAccount = z.strictObject({ server: ref, account: ref.describe('Id or name') })

/** Sign-ins at servers that want one. No reply holds a token or a secret. */
export const oauth = {
  /** Every account of every server. */
  list: operation('servers.read')
    .route({ method: 'GET', path: '/oauth/accounts', tags: ['sign-ins'] })
    .output(z.array(account)),
  get: operation('servers.read')
    .route({ method: 'GET', path: '/oauth/servers/{server}', tags: ['sign-ins'] })
    .input(ofServer)
    .output(signIn),
  /** Asks the server how it wants to be signed in to. Nothing is stored or registered. */
  discover: operation('servers.update')
    .route({ method: 'POST', path: '/oauth/servers/{server}/discover', tags: ['sign-ins'] })
    .input(z.strictObject({ server: ref, issuer: z.string().max(2048).optional() }))
    .output(oauthDiscovery),
  /** Begins a sign-in: whoever opens the address in a browser within ten minutes and agrees has signed the account in. */
  start: operation('servers.update')
    .route({ method: 'POST', path: '/oauth/servers/{server}/start', tags: ['sign-ins'] })
    .input(
      z.strictObject({
        server: ref,
        account: accountName.optional().describe('Name of the account, which is made where there is none; absent: the default account'),
        issuer: z.string().max(2048).optional().describe('Of several authorization servers'),
        scopes: scopeText.optional().describe('Instead of those that the server names'),
      }),
    )
    .output(
      z.object({
        authorizationUrl: z.url().describe('To be opened in the browser of the person'),
        account,
        expiresAt: timestamp,
      }),
    ),
  updateAccount: operation('servers.update')
    .route({ method: 'PATCH', path: '/oauth/servers/{server}/accounts/{account}', tags: ['sign-ins'] })
    .input(ofAccount.extend({ name: accountName.optional(), isDefault: z.literal(true).optional() }))
    .output(account),
  /** Signs it out and forgets it. Profiles that named it use the default account. */
  deleteAccount: operation('servers.update')
    .route({ method: 'DELETE', path: '/oauth/servers/{server}/accounts/{account}', successStatus: 204, tags: ['sign-ins'] })
    .input(ofAccount)
    .output(z.void()),
  /** Renews the token now. */
  refresh: operation('servers.update')
    .route({ method: 'POST', path: '/oauth/servers/{server}/accounts/{account}/refresh', tags: ['sign-ins'] })
    .input(ofAccount)
    .output(account),
  /** Gives the token back to the authorization server where that takes it, and erases it. */
  signOut: operation('servers.update')
    .route({ method: 'DELETE', path: '/oauth/servers/{server}/accounts/{account}/token', tags: ['sign-ins'] })
    .input(ofAccount)
    .output(z.object({ account, revoked: z.boolean().describe('The authorization server was told') })),
  /** Enters a client that was created by hand. */
  setClient: operation('servers.update')
    .route({ method: 'PUT', path: '/oauth/servers/{server}/client', tags: ['sign-ins'] })
    .input(
      z.strictObject({
        server: ref,
        clientId: z.string().trim().min(1).max(2048),
        clientSecret: z.string().max(8192).optional().describe('Absent or empty: a public client'),
        issuer: z.string().max(2048).optional().describe('The authorization server that it is for; absent: the one that the server names'),
      }),
    )
    .output(oauthClient),
  removeClient: operation('servers.update')
    .route({ method: 'DELETE', path: '/oauth/servers/{server}/client', successStatus: 204, tags: ['sign-ins'] })
    .input(z.strictObject({ server: ref, issuer: z.string().max(2048).optional().describe('Absent: all of them') }))
    .output(z.void()),
  setConfig: operation('servers.update')
    .route({ method: 'PUT', path: '/oauth/servers/{server}/config', tags: ['sign-ins'] })
    .input(z.strictObject({ server: ref, config: oauthConfig.nullable() }))
    .output(signIn),
  recipes: operation('servers.read')
    .route({ method: 'GET', path: '/oauth/recipes', tags: ['sign-ins'] })
    .output(z.array(oauthRecipe)),
  getSettings: operation('servers.read')
    .route({ method: 'GET', path: '/settings/oauth', tags: ['settings'] })
    .output(oauthSettings),
  updateSettings: operation('admin.system_config')
    .route({ method: 'PATCH', path: '/settings/oauth', tags: ['settings'] })
    .input(oauthSettings.partial())
    .output(oauthSettings),
  /** The client id metadata document, for whoever hosts it at the address of the settings. */
  clientMetadata: operation('servers.read')
    .route({ method: 'GET', path: '/oauth/client-metadata', tags: ['sign-ins'] })
    .output(z.record(z.string(), z.unknown())),
}
