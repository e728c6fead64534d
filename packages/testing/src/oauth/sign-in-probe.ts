import { createHash } from 'node:crypto'
import type { FakeAuthorization } from './fake-authorization.types.ts'

// What a client says that signs in, step by step and with room for mistakes; no client that anybody should copy.

export const BACK = 'http://127.0.0.1:4444/oauth/callback'
export const VERIFIER = 'v'.repeat(43)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

interface Client {
  readonly client_id: string
  readonly client_secret?: string
  readonly client_secret_expires_at?: number
  readonly registration_access_token: string
  readonly registration_client_uri: string
}

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in?: number
  readonly scope: string
  readonly error?: string
}

export const get = (url: string, init: RequestInit = {}) => fetch(url, { redirect: 'manual', ...init })
export const json = async <Body>(answer: Response | Promise<Response>) => (await (await answer).json()) as Body
export const post = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  get(url, { method: 'POST', body: new URLSearchParams(fields), headers })
export const register = (fake: FakeAuthorization, more: object = {}) =>
  json<Client>(get(`${fake.origin}/register`, { method: 'POST', body: JSON.stringify({ redirect_uris: [BACK], ...more }) }))

export function authorizeUrl(fake: FakeAuthorization, clientId: string, changes: Record<string, string | null> = {}) {
  const url = new URL(`${fake.origin}/authorize`)
  const fields = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: BACK,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    state: 'mine',
    scope: 'read offline_access',
    resource: fake.mcpUrl,
    ...changes,
  }
  for (const [name, value] of Object.entries(fields)) if (value !== null) url.searchParams.set(name, value)
  return url.href
}

/** What comes back at the redirect address. */
export async function returned(asked: string) {
  const answer = await get(asked)
  const url = new URL(answer.headers.get('location') ?? 'about:blank')
  if (answer.status !== 302 || !url.href.startsWith(BACK)) throw new Error(`${answer.status} ${url.href} ${await answer.text()}`)
  return Object.fromEntries(url.searchParams)
}

export function redeem(fake: FakeAuthorization, clientId: string, code: string, changes: Record<string, string> = {}) {
  const fields = { grant_type: 'authorization_code', client_id: clientId, code, redirect_uri: BACK, code_verifier: VERIFIER }
  return post(`${fake.origin}/token`, { ...fields, resource: fake.mcpUrl, ...changes })
}

export async function signIn(fake: FakeAuthorization) {
  const { client_id: id } = await register(fake)
  const { code = '' } = await returned(authorizeUrl(fake, id))
  const tokens = await json<Tokens>(redeem(fake, id, code))
  const refresh = (token = tokens.refresh_token, changes: Record<string, string> = {}) =>
    post(`${fake.origin}/token`, { grant_type: 'refresh_token', client_id: id, refresh_token: token, resource: fake.mcpUrl, ...changes })
  return { id, code, tokens, refresh }
}

export const call = (
  fake: FakeAuthorization,
  token: string | null,
  method = 'tools/call',
  params: object = { name: 'echo', arguments: { a: 1 } },
) =>
  get(fake.mcpUrl, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  })
