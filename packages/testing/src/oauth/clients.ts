import { randomBytes } from 'node:crypto'
import type { ClientAuth, ClientRecord, Settings } from './fake-authorization.types.ts'
import { OAuthError } from './grants.ts'

const METHODS: readonly string[] = ['none', 'client_secret_basic', 'client_secret_post'] satisfies ClientAuth[]

/** Who may ask for tokens. @param now seconds since 1970 */
export function createClients(settings: () => Settings, now: () => number) {
  const clients = new Map<string, ClientRecord>()
  const secret = () => randomBytes(16).toString('hex')

  /** @returns null for a client that is not known */
  function find(id: string): ClientRecord | null {
    const document = settings().clientDocuments?.[id]
    if (document) return { client_id: id, redirect_uris: document.redirect_uris, token_endpoint_auth_method: 'none' }
    return clients.get(id) ?? null
  }

  return {
    find,
    add: (client: ClientRecord) => clients.set(client.client_id, client),
    forget: (id: string) => clients.delete(id),
    forgetAll: () => clients.clear(),

    /** RFC 7591, or a change of RFC 7592. @throws OAuthError */
    register(asked: Record<string, unknown>, before?: ClientRecord): ClientRecord {
      const { redirect_uris: uris, token_endpoint_auth_method: wanted } = asked
      if (!Array.isArray(uris) || uris.length === 0 || !uris.every((uri) => URL.canParse(uri)))
        throw new OAuthError('invalid_redirect_uri', 'No usable redirect_uris')
      const { clientSecret, secretSeconds } = settings()
      // RFC 7591: what is not said is basic; a server may choose otherwise.
      const method = clientSecret ? (wanted ?? 'client_secret_basic') : 'none'
      if (!METHODS.includes(method as string)) throw new OAuthError('invalid_client_metadata', 'No such authentication')
      const client: ClientRecord = {
        client_id: before?.client_id ?? `client-${secret()}`,
        ...(method === 'none'
          ? {}
          : { client_secret: `secret-${secret()}`, client_secret_expires_at: secretSeconds && Math.floor(now()) + secretSeconds }),
        redirect_uris: uris,
        token_endpoint_auth_method: method as ClientAuth,
        registration_access_token: before?.registration_access_token ?? `manage-${secret()}`,
      }
      clients.set(client.client_id, client)
      return client
    },

    /** Who asks, as the token endpoint finds out. @throws OAuthError `invalid_client` */
    authenticate(authorization: string | null, form: URLSearchParams): ClientRecord {
      const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1]
      const [user = '', password = ''] = basic ? Buffer.from(basic, 'base64').toString().split(':').map(formDecoded) : []
      const id = basic ? user : (form.get('client_id') ?? '')
      const given = basic ? password : form.get('client_secret')
      const used: ClientAuth = basic ? 'client_secret_basic' : given === null ? 'none' : 'client_secret_post'
      const client = find(id)
      const refused = (why: string) => new OAuthError('invalid_client', why, 401)
      if (!client) throw refused('No such client')
      if (basic && form.has('client_secret')) throw new OAuthError('invalid_request', 'Two ways to authenticate')
      if (used !== client.token_endpoint_auth_method) throw refused(`Not by ${used}`)
      if (used !== 'none' && given !== client.client_secret) throw refused('Wrong secret')
      const end = client.client_secret_expires_at
      if (end && end <= now()) throw refused('The secret is too old')
      return client
    },
  }
}

export type Clients = ReturnType<typeof createClients>

const formDecoded = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))
