import { randomUUID } from 'node:crypto'
import type { Clients } from './clients.ts'
import type { Settings } from './fake-authorization.types.ts'
import { type Grants, OAuthError, type Tally } from './grants.ts'

/** A request and the addresses as they are at that moment. */
export interface Asked {
  readonly method: string
  readonly url: URL
  readonly authorization: string | null
  readonly body: string
  readonly issuer: string
  /** The MCP server. */
  readonly resource: string
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text goes as it is, anything else as JSON. */
  readonly body?: unknown
}

const NO_STORE = { 'cache-control': 'no-store' }
const PAGE = { 'content-type': 'text/html; charset=utf-8' }

/** What the endpoints of an authorization server answer. */
export function createEndpoints(settings: () => Settings, counts: Tally, clients: Clients, grants: Grants) {
  /** Where the person comes from whom a page was shown. */
  const looking = new Map<string, { readonly agreed: () => string; readonly declined: string }>()

  /** @throws OAuthError `invalid_target` */
  function resourceOf(named: readonly string[], { resource }: Asked): string | null {
    if (named.length === 0 && !settings().requireResource) return null
    if (named.length === 1 && named[0] === resource) return resource
    throw new OAuthError('invalid_target', `Wants ${resource}`)
  }

  function authorize(asked: Asked): Reply {
    const query = asked.url.searchParams
    const shown = looking.get(query.get('looking') ?? '')
    if (shown) return redirect(query.get('answer') === 'agree' ? shown.agreed() : shown.declined)
    counts.authorizations++
    const client = clients.find(query.get('client_id') ?? '')
    const back = query.get('redirect_uri') ?? ''
    // Without these two nobody may be sent anywhere.
    if (!client) return { status: 400, headers: PAGE, body: 'Unknown client' }
    if (!client.redirect_uris.includes(back)) return { status: 400, headers: PAGE, body: 'Unknown redirect_uri' }
    const backWith = (fields: Record<string, string>) => {
      const url = new URL(back)
      const { iss } = settings()
      const state = query.get('state')
      const from = iss === 'missing' ? {} : { iss: iss === 'right' ? asked.issuer : 'https://wrong.example' }
      for (const [name, value] of Object.entries({ ...fields, ...(state === null ? {} : { state }), ...from }))
        url.searchParams.set(name, value)
      return url.href
    }
    try {
      const scope = settings().grantedScope ?? query.get('scope') ?? settings().scopes[0] ?? ''
      const resource = resourceOf(query.getAll('resource'), asked)
      const challenge = query.get('code_challenge') ?? ''
      if (query.get('response_type') !== 'code') throw new OAuthError('unsupported_response_type', 'Only code')
      if (query.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge))
        throw new OAuthError('invalid_request', 'PKCE, S256')
      if (scope.split(' ').some((one) => !settings().scopes.includes(one))) throw new OAuthError('invalid_scope', 'Unknown scope')
      const agreed = () => {
        counts.signIns++
        return backWith({ code: grants.addCode(client.client_id, back, challenge, scope, resource) })
      }
      const declined = backWith({ error: 'access_denied', error_description: '<b>The person</b> declined' })
      const { person } = settings()
      if (person !== 'looks') return redirect(person === 'agrees' ? agreed() : declined)
      const id = randomUUID()
      looking.set(id, { agreed, declined })
      const link = (answer: string) => `<a href="?looking=${id}&amp;answer=${answer}">${answer}</a>`
      return { status: 200, headers: PAGE, body: `<!doctype html><title>Sign in</title>${link('agree')} ${link('decline')}` }
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      return redirect(backWith({ error: error.code, error_description: error.message }))
    }
  }

  function token(asked: Asked): Reply {
    const form = new URLSearchParams(asked.body)
    try {
      const client = clients.authenticate(asked.authorization, form)
      const resource = resourceOf(form.getAll('resource'), asked)
      const kind = form.get('grant_type')
      if (kind === 'authorization_code') return { status: 200, headers: NO_STORE, body: grants.redeem(client, form, resource) }
      if (kind === 'refresh_token') return { status: 200, headers: NO_STORE, body: grants.refresh(client, form, resource) }
      throw new OAuthError('unsupported_grant_type', String(kind))
    } catch (error) {
      return refusal(error, asked)
    }
  }

  function revoke(asked: Asked): Reply {
    const form = new URLSearchParams(asked.body)
    try {
      grants.revoke(clients.authenticate(asked.authorization, form), form.get('token') ?? '')
      return { status: 200, body: '' }
    } catch (error) {
      return refusal(error, asked)
    }
  }

  /** @param path of the endpoint; below it is one address for each client */
  function register(asked: Asked, path: string): Reply {
    const id = asked.url.pathname.slice(path.length + 1)
    const answer = (status: number, asMade: ReturnType<Clients['register']>): Reply => ({
      status,
      headers: NO_STORE,
      body: { ...JSON.parse(asked.body || '{}'), ...asMade, registration_client_uri: `${asked.url.origin}${path}/${asMade.client_id}` },
    })
    try {
      if (id === '') {
        const client = clients.register(JSON.parse(asked.body))
        counts.registrations++
        return answer(201, client)
      }
      const client = clients.find(id)
      if (!client || asked.authorization !== `Bearer ${client.registration_access_token}`) return { status: 401 }
      if (asked.method === 'PUT') return answer(200, clients.register(JSON.parse(asked.body), client))
      if (asked.method === 'GET') return answer(200, client)
      clients.forget(id)
      return { status: 204 }
    } catch (error) {
      return refusal(error, asked)
    }
  }

  function refusal(error: unknown, { authorization }: Asked): Reply {
    if (!(error instanceof OAuthError)) throw error
    counts.refused[error.code] = (counts.refused[error.code] ?? 0) + 1
    return {
      status: error.status,
      headers: { ...NO_STORE, ...(error.status === 401 && authorization ? { 'www-authenticate': 'Basic' } : {}) },
      body: { error: error.code, error_description: error.message },
    }
  }

  return { authorize, token, revoke, register, refusal }
}

const redirect = (location: string): Reply => ({ status: 302, headers: { location } })
