import {
  type AuthorizationClient,
  type AuthorizationServer,
  type ClientIdentity,
  classifyHost,
  type Granted,
  type GrantTerms,
  RenewalError,
  type SignInTarget,
} from '@local-mcp/core'
import { AppError, messageOf, registerSecret, visibleLine } from '@local-mcp/kernel'
import { addressAllowed } from '../upstream/guarded-lookup.ts'
import { UpstreamError } from '../upstream/problems.ts'
import { createOutboundFetch, type OutboundFetch, type OutboundOptions, OutboundRefused } from './outbound-fetch.ts'
import { AnswerLost, type RenewalJournal } from './renewal-journal.ts'

type Sdk = typeof import('@modelcontextprotocol/client')
type Metadata = NonNullable<Awaited<ReturnType<Sdk['discoverAuthorizationServerMetadata']>>>

/** Longest piece of a stranger's words in an error, in characters. */
const QUOTE = 300
/** Errors of a token endpoint that say that the grant is worth nothing (RFC 6749, 5.2), and those that blame the client. */
const GRANT_ENDED = new Set(['invalid_grant', 'invalid_target', 'invalid_scope'])
const CLIENT_UNKNOWN = new Set(['invalid_client', 'unauthorized_client'])

/** Its schemas are not loaded before somebody signs in. */
let loading: Promise<Sdk> | null = null
const load = () => (loading ??= import('@modelcontextprotocol/client'))

/** What a stranger may say about how long a token lives, in milliseconds: a hundred years. */
const LONGEST_LIFE = 100 * 365 * 24 * 3_600_000

const quote = (text: string) => visibleLine(text).slice(0, QUOTE)

/** What went wrong on the way to somebody's page, in the words of the error table. */
function onTheWay(error: unknown): AppError | null {
  if (error instanceof AppError) return error
  if (error instanceof OutboundRefused) {
    const forbidden = error.code !== 'TIMEOUT' && error.code !== 'UNREADABLE' && error.code !== 'TOO_LARGE'
    return new AppError(forbidden ? 'ADDRESS_FORBIDDEN' : 'OAUTH_UNREACHABLE', error.message, { data: { reason: error.code } })
  }
  if (error instanceof UpstreamError)
    return error.problem.code === 'ADDRESS_FORBIDDEN'
      ? new AppError('ADDRESS_FORBIDDEN', error.message)
      : new AppError('OAUTH_UNREACHABLE', error.message, { next: error.problem.next })
  return null
}

/** @param journal for the one request whose answer must not be lost @param network where it is not the computer's own */
export function createAuthorizationClient(journal: RenewalJournal, network?: OutboundOptions['network']): AuthorizationClient {
  /** Redirects are followed by the rules of the outbound fetch, which are stricter than those of whoever asks. */
  const fetchFor = (allowPrivate: boolean): OutboundFetch => {
    const outbound = createOutboundFetch({ allowPrivate, ...(network ? { network } : {}) })
    return (input, init) => outbound(input, { ...init, redirect: 'follow' })
  }

  /** @returns what the server says of its authorization; null where it says nothing */
  async function describeResource(sdk: Sdk, url: string, metadataUrl: string | undefined, fetchFn: OutboundFetch) {
    let way: unknown
    const noting: OutboundFetch = async (input, init) => {
      try {
        return await fetchFn(input, init)
      } catch (error) {
        way = error
        throw error
      }
    }
    try {
      return await sdk.discoverOAuthProtectedResourceMetadata(url, metadataUrl ? { resourceMetadataUrl: metadataUrl } : {}, noting as never)
    } catch (error) {
      if (way !== undefined) throw onTheWay(way) ?? error
      // Many servers answer every address with some page; only one that was named has to be what it is said to be.
      if (metadataUrl === undefined || /does not implement|HTTP 4\d\d/.test(messageOf(error))) return null
      throw new AppError('OAUTH_METADATA_INVALID', `What the server says of its sign-in cannot be read (${new URL(metadataUrl).host})`)
    }
  }

  /**
   * @param guessed nobody named it: before servers named their authorization server, it was whatever answered at their
   *   own origin (MCP, 2025-03-26), under a name that could not be known before. It has to be of that origin.
   */
  async function describeServer(sdk: Sdk, issuer: string, guessed: boolean, fetchFn: OutboundFetch): Promise<Metadata | null> {
    const mismatch = (received: unknown) =>
      new AppError('ISSUER_MISMATCH', `${issuer} says that it is ${quote(String(received ?? 'nobody'))}`)
    try {
      const found = await sdk.discoverAuthorizationServerMetadata(issuer, { fetchFn: fetchFn as never, skipIssuerValidation: guessed })
      if (found && guessed && URL.parse(found.issuer)?.origin !== new URL(issuer).origin) throw mismatch(found.issuer)
      return found ?? null
    } catch (error) {
      const known = onTheWay(error)
      if (known) throw known
      if (error instanceof sdk.IssuerMismatchError) throw mismatch(error.received)
      throw new AppError('OAUTH_METADATA_INVALID', `${issuer}: ${quote(messageOf(error))}`)
    }
  }

  /** An address that a browser is sent to, or that gets a secret. */
  function endpoint(name: string, text: string, { allowPrivateNetwork }: SignInTarget): string {
    const url = URL.parse(text)
    const kind = url && classifyHost(url)
    const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && kind === 'loopback')
    if (!url || url.username || url.password || !secure)
      throw new AppError('OAUTH_METADATA_INVALID', `The ${name} is no https address: ${quote(text)}`)
    if (!addressAllowed(kind, allowPrivateNetwork)) throw new AppError('ADDRESS_FORBIDDEN', `The ${name} is at ${url.host}`)
    return url.href
  }

  async function discover(target: SignInTarget, wished?: string): Promise<AuthorizationServer> {
    const sdk = await load()
    const { url, config } = target
    const fetchFn = fetchFor(target.allowPrivateNetwork)
    const known = target.challenge
    // Whoever refused us said where to look; else it is asked for that.
    const probed = known?.resourceMetadataUrl ? null : await probe(sdk, url, fetchFn)
    const metadataUrl = known?.resourceMetadataUrl ?? probed?.resourceMetadataUrl?.href
    const resource = await describeResource(sdk, url, metadataUrl, fetchFn)
    const own = sdk.resourceUrlFromServerUrl(url)
    if (resource && !sdk.checkResourceAllowed({ requestedResource: own, configuredResource: resource.resource }))
      throw new AppError('RESOURCE_MISMATCH', `${new URL(url).host} says that it is ${quote(resource.resource)}`)
    const indicator = config?.omitResource ? null : (resource?.resource ?? own.href)
    const issuers = resource?.authorization_servers?.map(String) ?? []
    const scopes = resource?.scopes_supported ?? []
    const challengedScope = known?.scope ?? probed?.scope ?? null
    if (config?.authorizationUrl && config.tokenUrl) {
      const issuer = config.issuer ?? new URL(config.tokenUrl).origin
      return {
        issuer,
        issuers: [issuer],
        resource: indicator,
        authorizationEndpoint: endpoint('authorization endpoint', config.authorizationUrl, target),
        tokenEndpoint: endpoint('token endpoint', config.tokenUrl, target),
        registrationEndpoint: null,
        revocationEndpoint: config.revocationUrl ? endpoint('revocation endpoint', config.revocationUrl, target) : null,
        authMethods: null,
        namesIssuer: false,
        takesMetadataUrl: false,
        scopes,
        challengedScope,
        offersOfflineAccess: false,
      }
    }
    if (wished !== undefined && issuers.length > 0 && !issuers.includes(wished))
      throw new AppError('VALIDATION_ERROR', `The server does not name ${quote(wished)}`, {
        fields: [{ path: ['issuer'], message: `Choose one of: ${issuers.join(', ')}` }],
      })
    const asked = wished ?? config?.issuer ?? issuers[0] ?? new URL('/', url).href
    const guessed = wished === undefined && config?.issuer === undefined && issuers.length === 0
    const metadata = await describeServer(sdk, asked, guessed, fetchFn)
    // Before there was metadata, endpoints had fixed places at the server itself (MCP, 2025-03-26).
    const old = metadata === null && issuers.length === 0
    if (metadata === null && !old) throw new AppError('NO_AUTHORIZATION_SERVER', `${quote(asked)} does not say how to sign in there`)
    if (old && !known && !probed) throw new AppError('NO_AUTHORIZATION_SERVER', `${new URL(url).host} names no authorization server`)
    const methods = metadata?.code_challenge_methods_supported
    if (metadata && !methods?.includes('S256') && (methods || !config?.allowMissingPkce))
      throw new AppError('PKCE_UNSUPPORTED', `${metadata.issuer} names ${methods ? quote(methods.join(', ')) : 'no method'} of PKCE`)
    const at = (place: string) => new URL(place, asked).href
    const optional = (name: string, text: string | undefined) => (text === undefined ? null : endpoint(name, text, target))
    return {
      issuer: metadata?.issuer ?? new URL(asked).origin,
      issuers: issuers.length > 0 ? issuers : [metadata?.issuer ?? new URL(asked).origin],
      resource: indicator,
      authorizationEndpoint: endpoint('authorization endpoint', metadata?.authorization_endpoint ?? at('/authorize'), target),
      tokenEndpoint: endpoint('token endpoint', metadata?.token_endpoint ?? at('/token'), target),
      registrationEndpoint: optional('registration endpoint', metadata ? metadata.registration_endpoint : at('/register')),
      revocationEndpoint: optional('revocation endpoint', (metadata as { revocation_endpoint?: string } | null)?.revocation_endpoint),
      authMethods: metadata?.token_endpoint_auth_methods_supported ?? null,
      namesIssuer:
        (metadata as { authorization_response_iss_parameter_supported?: unknown } | null)
          ?.authorization_response_iss_parameter_supported === true,
      takesMetadataUrl: metadata?.client_id_metadata_document_supported === true,
      scopes,
      challengedScope,
      offersOfflineAccess: metadata?.scopes_supported?.includes('offline_access') ?? false,
    }
  }

  /** How a server refuses whoever has no token; null: it does not. */
  async function probe(sdk: Sdk, url: string, fetchFn: OutboundFetch) {
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
    const accept = 'application/json, text/event-stream'
    const ways: readonly RequestInit[] = [
      { headers: { accept: 'text/event-stream' } },
      { method: 'POST', headers: { accept, 'content-type': 'application/json' }, body: ping },
    ]
    for (const way of ways) {
      const answer = await fetchFn(url, way).catch((error: unknown) => {
        // One that answers a GET with a stream without end is not asked in vain: it let us in.
        if (error instanceof OutboundRefused && (error.code === 'TIMEOUT' || error.code === 'TOO_LARGE')) return null
        throw onTheWay(error) ?? error
      })
      if (answer?.status === 401) return sdk.extractWWWAuthenticateParams(answer)
    }
    return null
  }

  /** What the SDK wants to know of an authorization server for a request to its token endpoint. */
  const asMetadata = ({ issuer, tokenEndpoint, authMethods }: Pick<GrantTerms, 'issuer' | 'tokenEndpoint' | 'authMethods'>) => ({
    issuer,
    authorization_endpoint: tokenEndpoint,
    token_endpoint: tokenEndpoint,
    response_types_supported: ['code'],
    ...(authMethods ? { token_endpoint_auth_methods_supported: [...authMethods] } : {}),
  })

  const asClient = ({ clientId, clientSecret }: ClientIdentity) => ({
    client_id: clientId,
    ...(clientSecret === null ? {} : { client_secret: clientSecret }),
  })

  function toGranted(tokens: Awaited<ReturnType<Sdk['exchangeAuthorization']>>): Granted {
    for (const token of [tokens.access_token, tokens.refresh_token]) if (token) registerSecret(token)
    if (tokens.token_type.toLowerCase() !== 'bearer')
      throw new AppError('TOKEN_EXCHANGE_FAILED', `It grants tokens of the type ${quote(tokens.token_type)}, which the gateway cannot use`)
    const { expires_in: lifetime } = tokens
    return {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token || null,
      tokenType: 'Bearer',
      lifetimeMs: lifetime === undefined || !Number.isFinite(lifetime) ? null : Math.min(Math.max(0, lifetime) * 1000, LONGEST_LIFE),
      scope: tokens.scope || null,
    }
  }

  return {
    discover,

    async register(target, server, metadata) {
      const sdk = await load()
      try {
        const given = await sdk.registerClient(server.issuer, {
          metadata: { ...asMetadata(server), registration_endpoint: server.registrationEndpoint as string },
          clientMetadata: { ...metadata, ...authMethodOf(server) } as never,
          fetchFn: fetchFor(target.allowPrivateNetwork) as never,
        })
        if (given.client_secret) registerSecret(given.client_secret)
        const ends = given.client_secret_expires_at
        return { clientId: given.client_id, clientSecret: given.client_secret ?? null, secretExpiresAt: ends ? ends * 1000 : null }
      } catch (error) {
        throw onTheWay(error) ?? new AppError('REGISTRATION_FAILED', `${server.issuer}: ${quote(messageOf(error))}`)
      }
    },

    async begin(server, client, { redirectUri, scope, state }) {
      const sdk = await load()
      const { authorizationUrl, codeVerifier } = await sdk.startAuthorization(server.issuer, {
        metadata: {
          ...asMetadata(server),
          authorization_endpoint: server.authorizationEndpoint,
          code_challenge_methods_supported: ['S256'],
        },
        clientInformation: asClient(client),
        redirectUrl: redirectUri,
        state,
        ...(scope === null ? {} : { scope }),
        ...(server.resource === null ? {} : { resource: server.resource }),
      })
      return { url: authorizationUrl.href, codeVerifier }
    },

    checkIssuer({ issuer, namesIssuer }, iss) {
      if (iss === null ? namesIssuer : iss !== issuer)
        throw new AppError('ISSUER_MISMATCH', `The answer ${iss === null ? 'does not say that it is' : 'is not'} from ${issuer}`)
    },

    async exchange({ allowPrivateNetwork }, terms, client, { code, codeVerifier, redirectUri }) {
      const sdk = await load()
      try {
        const tokens = await sdk.exchangeAuthorization(terms.issuer, {
          metadata: asMetadata(terms),
          clientInformation: asClient(client),
          authorizationCode: code,
          codeVerifier,
          redirectUri,
          ...(terms.resource === null ? {} : { resource: terms.resource }),
          fetchFn: fetchFor(allowPrivateNetwork) as never,
        })
        return toGranted(tokens)
      } catch (error) {
        const known = onTheWay(error)
        if (known) throw known
        const reason = error instanceof sdk.OAuthError ? error.code : undefined
        throw new AppError('TOKEN_EXCHANGE_FAILED', `${terms.issuer}: ${reason ? quote(reason) : 'its answer cannot be read'}`, {
          data: { reason: CLIENT_UNKNOWN.has(String(reason)) ? 'invalid_client' : String(reason ?? 'unreadable') },
        })
      }
    },

    async refresh({ allowPrivateNetwork }, terms, client, refreshToken, entry) {
      const sdk = await load()
      try {
        const tokens = await sdk.refreshAuthorization(terms.issuer, {
          metadata: asMetadata(terms),
          clientInformation: asClient(client),
          refreshToken,
          ...(terms.resource === null ? {} : { resource: terms.resource }),
          fetchFn: journal.fetch(entry, allowPrivateNetwork) as never,
        })
        const granted = toGranted(tokens)
        // The same one again is none that came.
        return { ...granted, refreshToken: granted.refreshToken === refreshToken ? null : granted.refreshToken }
      } catch (error) {
        if (error instanceof AnswerLost) throw new RenewalError(entry.replay ? 'unknown' : 'unreachable', error.message)
        const code = error instanceof sdk.OAuthError ? String(error.code) : ''
        const failure = GRANT_ENDED.has(code) ? 'refused' : CLIENT_UNKNOWN.has(code) ? 'client_refused' : 'unreachable'
        throw new RenewalError(failure, code ? quote(code) : quote(messageOf(error)))
      }
    },

    async settle({ id }) {
      journal.settle(id)
    },

    async revoke({ allowPrivateNetwork }, { revocationEndpoint, authMethods }, { clientId, clientSecret }, token, hint) {
      if (revocationEndpoint === null) return false
      const body = new URLSearchParams({ token, token_type_hint: hint })
      const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' }
      const basic = clientSecret !== null && (authMethods === null || authMethods.includes('client_secret_basic'))
      if (basic) {
        const pair = [clientId, clientSecret].map((part) => encodeURIComponent(part as string)).join(':')
        headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`
      } else {
        body.set('client_id', clientId)
        if (clientSecret !== null) body.set('client_secret', clientSecret)
      }
      const answer = await fetchFor(allowPrivateNetwork)(revocationEndpoint, { method: 'POST', headers, body })
      return answer.ok
    },
  }
}

/** A public client where that is taken; else whatever the token endpoint takes with a secret. */
function authMethodOf({ authMethods }: AuthorizationServer): { token_endpoint_auth_method: string } {
  const method = ['none', 'client_secret_basic', 'client_secret_post'].find((one) => authMethods?.includes(one))
  return { token_endpoint_auth_method: authMethods === null ? 'none' : (method ?? 'none') }
}
