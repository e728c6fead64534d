import type { IncomingHttpHeaders } from 'node:http'
import type { AccessSource, Challenge } from '@local-mcp/core'
import { type AccountId, AppError, type ServerId } from '@local-mcp/kernel'
import { UpstreamError } from '../upstream/problems.ts'

/** The sign-in at one server as one account. */
export interface UpstreamAccess {
  /** The token to send; null: none. @throws UpstreamError SIGN_IN_ENDED, SIGN_IN_UNREACHABLE, SECRETS_LOCKED */
  current(): string | null | Promise<string | null>
  /**
   * The server refused a request that had this token.
   * @returns another token that may be better; null: there is none @throws UpstreamError as `current`
   */
  refused(status: number, headers: IncomingHttpHeaders, token: string | null): Promise<string | null>
}

function toProblem(error: unknown): never {
  if (!(error instanceof AppError)) throw error
  switch (error.code) {
    case 'AUTH_REQUIRED':
      throw new UpstreamError('SIGN_IN_ENDED', [error.message])
    case 'SECRETS_LOCKED':
    case 'SECRETS_UNAVAILABLE':
      throw new UpstreamError('SECRETS_LOCKED', error.next ? [error.next] : [], error.message)
    default:
      throw new UpstreamError('SIGN_IN_UNREACHABLE', [error.message])
  }
}

/** What a refusal says about the token that is wanted. */
async function readChallenge(status: 401 | 403, headers: IncomingHttpHeaders): Promise<Challenge> {
  const said = headers['www-authenticate']
  if (said === undefined) return { status, resourceMetadataUrl: null, scope: null, error: null }
  // Its schemas are not loaded before somebody is refused.
  const { extractWWWAuthenticateParams } = await import('@modelcontextprotocol/client')
  const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(
    new Response(null, { status, headers: { 'www-authenticate': String(said) } }),
  )
  return { status, resourceMetadataUrl: resourceMetadataUrl?.href ?? null, scope: scope ?? null, error: error ?? null }
}

/** @param named the account that a profile names; null: the server's default one */
export const createUpstreamAccess = (access: AccessSource, server: ServerId, named: AccountId | null): UpstreamAccess => ({
  current() {
    const token = access.current(server, named)
    return token instanceof Promise ? token.catch(toProblem) : token
  },
  async refused(status, headers, token) {
    if (status !== 401 && status !== 403) return null
    const challenge = await readChallenge(status, headers)
    if (status === 403 && challenge.error !== 'insufficient_scope') return null
    return access.refused(server, named, token, challenge).catch(toProblem)
  },
})
