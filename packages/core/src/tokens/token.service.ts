import { createHash, randomBytes } from 'node:crypto'
import type { ClientToken, TokenAccess } from '@local-mcp/contract'
import { AppError, newId, type TokenId } from '@local-mcp/kernel'
import { type Context, may, type Principal } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import type { TokenRecord } from '../records.ts'

const PREFIX = 'lmg_'
const DAY = 24 * 60 * 60 * 1000
const DEFAULT_DAYS = 90
/** How often the times of use are written down, in milliseconds. */
const TOUCH_EVERY = 10_000
/** How late the end of a token may be noticed, in milliseconds. */
const EXPIRE_EVERY = 500

/** Rights of a token that a client uses: what its profiles offer, and nothing of how they are made. */
const CLIENT_RIGHTS = ['tools.read', 'tools.execute']

export interface NewToken {
  readonly name: string
  readonly access?: TokenAccess | undefined
  readonly profiles?: readonly string[] | undefined
  readonly expiresInDays?: number | null | undefined
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/**
 * When a new token ends, in ms UTC; null: never. What a token makes ends with it at the latest: one that leaked for an
 * hour must not be worth one for ever. Where no time was asked for it is cut short, else refused.
 * @throws AppError FORBIDDEN
 */
function expiryOf(days: number | null | undefined, { token }: Principal, now: number): number | null {
  const wanted = days === null ? null : now + (days ?? DEFAULT_DAYS) * DAY
  const last = token?.expiresAt ?? null
  if (last === null || (wanted !== null && wanted <= last)) return wanted
  if (days === undefined) return last
  const full = Math.floor((last - now) / DAY)
  throw new AppError('FORBIDDEN', `A token cannot make one that outlives it; it expires on ${new Date(last).toISOString()}`, {
    next:
      full > 0
        ? `Ask for ${full} day${full === 1 ? '' : 's'} or fewer, leave the time out, or make the token in the window.`
        : 'Leave the time out: the new token then ends with this one. Or make it in the window.',
  })
}

/** Tokens that clients show. Only hashes are kept; who comes in is decided in memory. */
export async function createTokenService(
  { store, events, clock }: Pick<ServiceDependencies, 'store' | 'events' | 'clock'>,
  owner: Principal,
  onExpired: (id: TokenId) => void,
) {
  let usable = new Map<string, TokenRecord>()
  const uses = new Map<TokenId, number>()

  async function reload(): Promise<void> {
    usable = new Map((await store.read.tokens.listUsable(clock.now())).map((record) => [record.tokenHash, record]))
  }
  await reload()

  async function flush(): Promise<void> {
    if (uses.size === 0) return
    const batch = new Map(uses)
    uses.clear()
    await store.transaction((tx) => tx.tokens.touch(batch))
  }
  /** Requests with an expired token are refused by themselves; what it has open has to be ended. */
  function expire(): void {
    const now = clock.now()
    for (const [hash, { id, expiresAt }] of usable) {
      if (expiresAt === null || expiresAt > now) continue
      usable.delete(hash)
      onExpired(id)
    }
  }
  const expiring = setInterval(expire, EXPIRE_EVERY).unref()
  const touching = setInterval(() => {
    flush().catch(() => {})
  }, TOUCH_EVERY).unref()

  function toToken(record: TokenRecord): ClientToken {
    const { id, name, prefix, profileIds, permissions, expiresAt, lastUsedAt, revokedAt, createdAt } = record
    return {
      id,
      name,
      prefix,
      access: permissions.includes('*') ? 'admin' : 'client',
      profileIds: profileIds && [...profileIds],
      expiresAt,
      lastUsedAt: Math.max(lastUsedAt ?? 0, uses.get(id) ?? 0) || null,
      revokedAt,
      createdAt,
    }
  }

  return {
    list: async (context: Context): Promise<ClientToken[]> => (await store.read.tokens.list(context.principal)).map(toToken),

    /** @throws AppError NAME_EXISTS, PROFILE_NOT_FOUND, FORBIDDEN */
    async create(context: Context, input: NewToken): Promise<ClientToken & { token: string }> {
      const { principal } = context
      const access = input.access ?? 'client'
      if (access === 'admin' && !may(principal, 'admin.system_config'))
        throw new AppError('FORBIDDEN', 'A token cannot make one with more rights than its own')
      if (access === 'admin' && input.profiles) {
        throw new AppError('VALIDATION_ERROR', 'An admin token manages everything and cannot be limited to profiles', {
          fields: [{ path: ['profiles'], message: 'Not for admin tokens' }],
          next: 'Leave out the profiles, or make a client token.',
        })
      }
      const token = PREFIX + randomBytes(32).toString('base64url')
      const record = await store.transaction(async (tx) => {
        if (await tx.tokens.nameTaken(principal.userId, input.name)) {
          throw new AppError('NAME_EXISTS', `There is a token "${input.name}" already`, { fields: [{ path: ['name'], message: 'Taken' }] })
        }
        const profileIds = input.profiles
          ? await Promise.all(
              [...new Set(input.profiles)].map(async (ref) => {
                const profile = await tx.profiles.get(principal, ref)
                if (!profile) throw new AppError('PROFILE_NOT_FOUND', `There is no profile "${ref}"`)
                return profile.id
              }),
            )
          : null
        const now = clock.now()
        const expiresAt = expiryOf(input.expiresInDays, principal, now)
        const made: TokenRecord = {
          id: newId<'token'>(),
          userId: principal.userId,
          name: input.name,
          tokenHash: sha256(token),
          prefix: token.slice(0, 8),
          profileIds,
          permissions: access === 'admin' ? ['*'] : CLIENT_RIGHTS,
          expiresAt,
          lastUsedAt: null,
          revokedAt: null,
          createdAt: now,
        }
        await tx.tokens.insert(made)
        return made
      })
      await reload()
      const noun = toToken(record)
      events.emit({ type: 'token.created', token: noun })
      return { ...noun, token }
    },

    /** The next request with it is refused. @throws AppError TOKEN_NOT_FOUND */
    async revoke(context: Context, ref: string): Promise<ClientToken> {
      const id = await store.transaction(async (tx) => {
        const record = await tx.tokens.get(context.principal, ref)
        if (!record) throw new AppError('TOKEN_NOT_FOUND', `There is no token "${ref}"`)
        if (record.revokedAt === null) await tx.tokens.revoke(record.id, context.principal.email, null, clock.now())
        return record.id
      })
      await reload()
      const record = await store.read.tokens.get(context.principal, id)
      if (!record) throw new AppError('TOKEN_NOT_FOUND', `There is no token "${ref}"`)
      const token = toToken(record)
      events.emit({ type: 'token.revoked', token })
      return token
    },

    /** Who shows this token; null for one that is unknown, expired or revoked. Answers from memory. */
    authenticate(token: string): Principal | null {
      const record = usable.get(sha256(token))
      const now = clock.now()
      if (!record || (record.expiresAt !== null && record.expiresAt <= now)) return null
      uses.set(record.id, now)
      const { id, name, profileIds, expiresAt, permissions } = record
      return { ...owner, token: { id, name, profileIds, expiresAt }, permissions: permissions as Principal['permissions'] }
    },

    async close(): Promise<void> {
      clearInterval(expiring)
      clearInterval(touching)
      await flush()
    },
  }
}

export type TokenService = Awaited<ReturnType<typeof createTokenService>>
