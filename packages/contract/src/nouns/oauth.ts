import { z } from 'zod'
import { plainText, timestamp } from './common.ts'

const httpsUrl = z
  .url({ protocol: /^https?$/, error: 'Use a URL that starts with https:// or http://' })
  .max(2048)
  .refine((text) => !/^http:/i.test(text) || /^http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?(?:\/|$)/i.test(text), {
    error: 'Must be https://, unless it is on this computer',
  })

/** Several scopes in one text, as OAuth writes them. */
export const scopeText = z
  .string()
  .trim()
  .max(4000)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e ]*$/, 'Separate scopes by spaces; quotes and backslashes cannot be part of one')

export const accountName = plainText.min(1).max(100)

/** What somebody says about the sign-in of a server that the server does not say itself. All of it may be absent. */
export const oauthConfig = z.strictObject({
  issuer: httpsUrl.optional().describe('The authorization server to use, where the server names several or none'),
  authorizationUrl: httpsUrl.optional().describe('With tokenUrl: used instead of what the server says'),
  tokenUrl: httpsUrl.optional(),
  revocationUrl: httpsUrl.optional(),
  scopes: scopeText.optional().describe('Asked for instead of what the server names; absent: the server decides'),
  allowMissingPkce: z
    .boolean()
    .optional()
    .describe('Go on with an authorization server that does not say that it checks PKCE (S256 is sent all the same)'),
  omitResource: z.boolean().optional().describe('Leave out the resource parameter, which some authorization servers refuse'),
})
export type OAuthConfig = z.infer<typeof oauthConfig>

export const accountState = z
  .enum(['signed_in', 'signed_out', 'expired', 'refused', 'unreadable'])
  .describe(
    'expired: the token ended and came without a way to renew it. refused: the authorization server took the grant back. unreadable: what is stored cannot be opened',
  )
export type AccountState = z.infer<typeof accountState>

/** Why somebody is not signed in, and what to do. */
export const signInProblem = z.object({ code: z.string(), message: z.string(), next: z.string() })

/** Somebody at a server that wants a sign-in. Never holds a token. */
export const account = z.object({
  id: z.uuid(),
  serverId: z.uuid(),
  name: z.string(),
  isDefault: z.boolean().describe('Used wherever a profile names no account'),
  state: accountState,
  hasToken: z.boolean(),
  isValid: z.boolean().describe('It works now, or is renewed when it is used'),
  canRenew: z.boolean().describe('It is renewed without a person'),
  expiresAt: timestamp.nullable().describe('When the present token ends; null: not said'),
  scopes: z.array(z.string()),
  issuer: z.string().nullable(),
  signedInAt: timestamp.nullable(),
  lastRefreshAt: timestamp.nullable(),
  problem: signInProblem.nullable(),
  profileIds: z.array(z.uuid()).describe('Profiles that name it'),
})
export type Account = z.infer<typeof account>

/** The client that the gateway is at the authorization server of a server. */
export const oauthClient = z.object({
  issuer: z.string(),
  clientId: z.string(),
  hasSecret: z.boolean(),
  origin: z.enum(['dcr', 'manual', 'metadata']).describe('dcr: registered by itself. manual: entered. metadata: the address of a document'),
  redirectUri: z.string(),
  secretExpiresAt: timestamp.nullable(),
})
export type OAuthClient = z.infer<typeof oauthClient>

/** What to do at a provider that registers no clients by itself. */
export const oauthRecipe = z.object({
  id: z.string(),
  title: z.string(),
  hosts: z.array(z.string()).describe('Host names of its servers and authorization servers'),
  consoleUrl: z.url().describe('Where the client is created'),
  steps: z.array(z.string()),
  needsSecret: z.boolean(),
  scopes: z.string().nullable().describe('To ask for, where the server does not say'),
  redirectHint: z.string().nullable(),
})
export type OAuthRecipe = z.infer<typeof oauthRecipe>

/** Everything about the sign-in of one server. */
export const signIn = z.object({
  serverId: z.uuid(),
  accounts: z.array(account),
  clients: z.array(oauthClient),
  config: oauthConfig.nullable(),
  redirectUri: z.url().describe('To enter as redirect URI where a client is created by hand'),
  recipe: oauthRecipe.nullable().describe('Where its provider is a known one without registration'),
})
export type SignIn = z.infer<typeof signIn>

/** What a server and its authorization servers say of themselves. */
export const oauthDiscovery = z.object({
  resource: z.string(),
  issuers: z.array(z.string()).describe('Authorization servers that the server names'),
  issuer: z.string().describe('The one that was looked at'),
  authorizationHost: z.string(),
  registration: z
    .enum(['client', 'metadata', 'dynamic', 'manual'])
    .describe('client: there is one already. manual: a client has to be created by hand'),
  scopes: z.array(z.string()),
  recipe: oauthRecipe.nullable(),
})
export type OAuthDiscovery = z.infer<typeof oauthDiscovery>

export const oauthSettings = z.object({
  clientMetadataUrl: z
    .union([z.literal(''), z.url({ protocol: /^https$/, error: 'Use a URL that starts with https://' }).max(2048)])
    .describe('Address of the hosted client id metadata document; empty: none'),
  redirectHost: z.enum(['127.0.0.1', 'localhost']).describe('How this computer is called in redirect URIs'),
  keepSignedIn: z.boolean().describe('Renew tokens ahead of their end also while nobody uses them'),
})
export type OAuthSettings = z.infer<typeof oauthSettings>
