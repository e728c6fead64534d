import { createHash, randomBytes } from 'node:crypto'
import type { ClientRecord, Counts, Settings } from './fake-authorization.types.ts'

/** An error of OAuth, as the token endpoint answers it. */
export class OAuthError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, why: string, status = 400) {
    super(why)
    this.code = code
    this.status = status
  }
}

/** What somebody agreed to once; all tokens that come of it end with it. */
interface Grant {
  readonly clientId: string
  readonly scope: string
  readonly resource: string | null
  ended: boolean
}

interface Code {
  readonly grant: Grant
  readonly redirectUri: string
  readonly challenge: string
  readonly expiresAt: number
  used: boolean
}

interface Token {
  readonly grant: Grant
  readonly scope: string
  readonly expiresAt: number
  usedAt: number | null
}

export type Tally = { -readonly [Key in keyof Counts]: Counts[Key] } & { refused: Record<string, number> }

export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in?: number
  readonly refresh_token?: string
  readonly scope: string
}

const CODE_SECONDS = 60

/**
 * What an authorization server knows: codes, tokens, and who they were given to.
 *
 * @param now seconds since 1970
 */
export function createGrants(settings: () => Settings, counts: Tally, now: () => number) {
  const codes = new Map<string, Code>()
  const access = new Map<string, Token>()
  const refresh = new Map<string, Token>()
  const grants: Grant[] = []
  const fresh = (kind: string) => `${kind}-${randomBytes(16).toString('hex')}`

  function issue(grant: Grant, scope: string, refreshToken?: string): TokenAnswer {
    const { expiresIn, refreshTokens, refreshSeconds } = settings()
    const token = fresh('access')
    access.set(token, { grant, scope, expiresAt: expiresIn === null ? Number.POSITIVE_INFINITY : now() + expiresIn, usedAt: null })
    const next = refreshTokens === 'none' ? undefined : (refreshToken ?? fresh('refresh'))
    if (next) refresh.set(next, { grant, scope: grant.scope, expiresAt: now() + refreshSeconds, usedAt: null })
    return {
      access_token: token,
      token_type: 'Bearer',
      ...(expiresIn === null ? {} : { expires_in: expiresIn }),
      ...(next ? { refresh_token: next } : {}),
      scope,
    }
  }

  return {
    /** @param resource null where none was named */
    addCode(clientId: string, redirectUri: string, challenge: string, scope: string, resource: string | null): string {
      const grant: Grant = { clientId, scope, resource, ended: false }
      grants.push(grant)
      const code = fresh('code')
      codes.set(code, { grant, redirectUri, challenge, expiresAt: now() + CODE_SECONDS, used: false })
      return code
    },

    /** @throws OAuthError */
    redeem(client: ClientRecord, form: URLSearchParams, resource: string | null): TokenAnswer {
      const code = codes.get(form.get('code') ?? '')
      if (!code || code.grant.clientId !== client.client_id) throw new OAuthError('invalid_grant', 'No such code')
      if (code.used) {
        code.grant.ended = true
        throw new OAuthError('invalid_grant', 'The code was used before')
      }
      if (code.expiresAt <= now() || code.grant.ended) throw new OAuthError('invalid_grant', 'The code is too old')
      if (code.redirectUri !== form.get('redirect_uri')) throw new OAuthError('invalid_grant', 'Another redirect_uri')
      const verifier = form.get('code_verifier') ?? ''
      if (!/^[\w.~-]{43,128}$/.test(verifier)) throw new OAuthError('invalid_request', 'No verifier that could be one')
      if (createHash('sha256').update(verifier).digest('base64url') !== code.challenge)
        throw new OAuthError('invalid_grant', 'Wrong verifier')
      if (resource !== code.grant.resource) throw new OAuthError('invalid_target', 'Not the resource that was agreed to')
      code.used = true
      counts.grants++
      return issue(code.grant, code.grant.scope)
    },

    /** @throws OAuthError; a token that was used before ends its grant */
    refresh(client: ClientRecord, form: URLSearchParams, resource: string | null): TokenAnswer {
      const { refreshTokens, graceSeconds } = settings()
      const text = form.get('refresh_token') ?? ''
      const token = refresh.get(text)
      if (!token || token.grant.clientId !== client.client_id) throw new OAuthError('invalid_grant', 'No such refresh token')
      const { grant } = token
      const reused = token.usedAt !== null && now() - token.usedAt >= graceSeconds
      if (reused) {
        counts.reuses++
        grant.ended = true
        throw new OAuthError('invalid_grant', 'The refresh token was used before')
      }
      if (grant.ended || token.expiresAt <= now()) throw new OAuthError('invalid_grant', 'The refresh token is no longer good')
      if (resource !== grant.resource) throw new OAuthError('invalid_target', 'Not the resource that was agreed to')
      const scope = form.get('scope') ?? grant.scope
      const had = grant.scope.split(' ')
      if (!scope.split(' ').every((one) => had.includes(one))) throw new OAuthError('invalid_scope', 'More than was agreed to')
      if (refreshTokens === 'rotating') token.usedAt ??= now()
      counts.refreshes++
      return issue(grant, scope, refreshTokens === 'lasting' ? text : undefined)
    },

    /** Ends what a token belongs to (RFC 7009). Unknown tokens and those of others are not complained about. */
    revoke(client: ClientRecord, text: string): void {
      const token = refresh.get(text) ?? access.get(text)
      if (token?.grant.clientId !== client.client_id) return
      counts.revocations++
      token.grant.ended = true
    },

    /** @returns the scopes of a token that is good for the resource; null where it is not */
    scopesOf(text: string, resource: string): readonly string[] | null {
      const token = access.get(text)
      if (!token || token.grant.ended || token.expiresAt <= now()) return null
      return token.grant.resource === null || token.grant.resource === resource ? token.scope.split(' ') : null
    },

    endAll(): void {
      for (const grant of grants) grant.ended = true
    },
  }
}

export type Grants = ReturnType<typeof createGrants>
