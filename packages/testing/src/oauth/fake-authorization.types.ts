/** How a client proves who it is at the token endpoint. */
export type ClientAuth = 'none' | 'client_secret_basic' | 'client_secret_post'

/** What the fake does; every field can be changed at any time. */
export interface Settings {
  /** How MCP requests are answered: a body of JSON, or a stream of events. */
  readonly answers: 'json' | 'events'
  /** Tools and the scope that a call of them needs; null: any token will do. */
  readonly tools: Readonly<Record<string, string | null>>
  /** In `WWW-Authenticate` of a 401. */
  readonly challengeScope: string | null
  /**
   * Where the metadata of the resource (RFC 9728) is: at an unusual place that the 401 names, at one of the two
   * well-known places, which it does not name, or nowhere.
   */
  readonly resourceMetadata: 'header' | 'path' | 'root' | 'none'
  /** Its fields that are not as they should be. */
  readonly resourceOverrides: Readonly<Record<string, unknown>>
  /** The origin of the authorization server: a port of its own, or the one of the MCP server (2025-03-26 without metadata). */
  readonly authorizationAt: 'own' | 'resource'
  /** Path of the issuer: nothing, or something like `/tenant`. */
  readonly issuerPath: string
  /** Where the metadata of the authorization server is: RFC 8414 and OIDC put a path behind, OIDC discovery 1.0 before. */
  readonly metadata: 'oauth' | 'oidc-inserted' | 'oidc-appended' | 'none'
  /** Its fields that are not as they should be; null leaves one out. */
  readonly metadataOverrides: Readonly<Record<string, unknown>>
  readonly scopes: readonly string[]
  /** What is granted where it is not what was asked for. */
  readonly grantedScope: string | null
  readonly registration: boolean
  /** Whether a registered client gets a secret, and how many seconds that lasts; 0: for ever. */
  readonly clientSecret: boolean
  readonly secretSeconds: number
  /** Client ids that are addresses of a document, and the documents that would be found there. Advertised unless null. */
  readonly clientDocuments: Readonly<Record<string, { readonly redirect_uris: readonly string[] }>> | null
  /** What the person at the browser does: agrees at once, declines at once, or is shown a page with both. */
  readonly person: 'agrees' | 'declines' | 'looks'
  /** RFC 9207. */
  readonly iss: 'right' | 'wrong' | 'missing'
  /** Whether requests without `resource` are refused. One that names something else always is. */
  readonly requireResource: boolean
  /** Life of access tokens in seconds; null: for ever, and answers do not say. */
  readonly expiresIn: number | null
  /** Single-use with detection of reuse; the same one again each time; or none at all. */
  readonly refreshTokens: 'rotating' | 'lasting' | 'none'
  /** Life of refresh tokens in seconds without use. */
  readonly refreshSeconds: number
  /** How long a refresh token that was used may be used again without harm, in seconds. */
  readonly graceSeconds: number
  /** Whether there is a revocation endpoint. */
  readonly revocation: boolean
}

export const DEFAULTS: Settings = {
  answers: 'json',
  tools: { echo: null },
  challengeScope: null,
  resourceMetadata: 'header',
  resourceOverrides: {},
  authorizationAt: 'own',
  issuerPath: '',
  metadata: 'oauth',
  metadataOverrides: {},
  scopes: ['read', 'write', 'offline_access'],
  grantedScope: null,
  registration: true,
  clientSecret: false,
  secretSeconds: 0,
  clientDocuments: null,
  person: 'agrees',
  iss: 'right',
  requireResource: true,
  expiresIn: 3600,
  refreshTokens: 'rotating',
  refreshSeconds: 30 * 86_400,
  graceSeconds: 0,
  revocation: true,
}

/** What a request is for. */
export type Place = 'mcp' | 'resource-metadata' | 'metadata' | 'register' | 'authorize' | 'token' | 'revoke'

/**
 * What goes wrong with a request. `before`: nothing was done; `after`: everything was done and the answer is lost.
 * What is held waits for `release`, and then goes on as if nothing had been.
 */
export type Fault = 'drop-before' | 'drop-after' | 'hold-before' | 'hold-after' | 'html' | 'invalid_client' | '500' | '503'

export interface Counts {
  /** Requests to the authorization endpoint, and how often the person there agreed. */
  readonly authorizations: number
  readonly signIns: number
  /** Codes that became tokens. */
  readonly grants: number
  readonly refreshes: number
  /** Refreshes with a token that had been used before, outside of the period of grace: each ended everything of its grant. */
  readonly reuses: number
  readonly registrations: number
  readonly revocations: number
  /** Tool calls that were answered. */
  readonly calls: number
  /** Requests that a fault holds at the moment. */
  readonly held: number
  /** Errors of the token endpoint by their code. */
  readonly refused: Readonly<Record<string, number>>
}

/** A request as it came. */
export interface Received {
  readonly place: Place | null
  readonly method: string
  /** The whole address. */
  readonly url: string
  readonly authorization: string | null
  readonly body: string
}

export interface ClientRecord {
  readonly client_id: string
  readonly client_secret?: string
  /** Seconds since 1970; 0: never. */
  readonly client_secret_expires_at?: number
  readonly redirect_uris: readonly string[]
  readonly token_endpoint_auth_method: ClientAuth
  readonly registration_access_token?: string
}

/** How a test steers the fake and looks into it. */
export interface FakeControl {
  set(changes: Partial<Settings>): Promise<void>
  /** The next `times` requests for that go wrong like this. */
  fail(place: Place, fault: Fault, times?: number): Promise<void>
  /** Lets go of all that is held. */
  release(): Promise<void>
  /** Lets time pass for the fake alone. */
  advance(seconds: number): Promise<void>
  counts(): Promise<Counts>
  /** The newest 1000 requests, oldest first. */
  received(): Promise<readonly Received[]>
  /** Makes a client known that did not register. */
  addClient(client: ClientRecord): Promise<void>
  /** Forgets every client. */
  forgetClients(): Promise<void>
  /** Ends every grant, as somebody does at the other side. */
  endGrants(): Promise<void>
}
export const CONTROLS = [
  'set',
  'fail',
  'release',
  'advance',
  'counts',
  'received',
  'addClient',
  'forgetClients',
  'endGrants',
] as const satisfies readonly (keyof FakeControl)[]

export interface FakeAuthorization extends FakeControl, AsyncDisposable {
  /** The protected MCP server. */
  readonly mcpUrl: string
  /** Where the authorization server is unless it is on the origin of the MCP server. */
  readonly origin: string
}
