import { randomBytes } from 'node:crypto'
import { CLIENT_RIGHTS, type ClientToken, type RateLimits, RIGHTS, rateLimits, type TokenAccess } from '@local-mcp/contract'
import { AppError, type Logger, newId, type TokenId } from '@local-mcp/kernel'
import type { Context, Principal } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import type { TokenRecord } from '../records.ts'
import { RATE_LIMITS_SETTING } from '../settings.ts'
import { createTokenRegistry, sha256 } from './token-registry.ts'
import { scopeOf, type TokenScope } from './token-scope.ts'

const PREFIX = 'lmg_'
/**
 * No rate by default: an agent that works with files makes dozens of calls a second, clients do not come back after a
 * 429, and nobody can guess a token. Who wants a brake on a client that has gone wild sets one.
 */
const NO_RATES: RateLimits = { mcpPerMinute: 0, apiPerMinute: 0 }

export interface NewToken extends TokenScope {
  readonly name: string
  readonly description?: string | undefined
}

export interface TokenServiceOptions {
  /** A token that a variable of the environment brings. */
  readonly given: { readonly variable: string; readonly token: string } | null
  /** What the token has open has to be ended. @param forGood it will not be let in again */
  readonly onShut: (id: TokenId, forGood: boolean) => void
}

function accessOf(permissions: readonly string[]): TokenAccess {
  if (permissions.includes('*')) return 'admin'
  const isClient = permissions.length === CLIENT_RIGHTS.length && CLIENT_RIGHTS.every((right) => permissions.includes(right))
  return isClient ? 'client' : 'custom'
}

/** In no row, so it is gone with its variable; its id is always the same, so that it can be revoked and its use be seen. */
function givenRecord({ variable, token }: NonNullable<TokenServiceOptions['given']>, owner: Principal, now: number): TokenRecord {
  const tokenHash = sha256(token)
  const id = sha256(`id ${tokenHash}`).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5') as TokenId
  return {
    id,
    userId: owner.userId,
    name: variable,
    tokenHash,
    prefix: '',
    description: null,
    profileIds: null,
    serverIds: null,
    addresses: null,
    timeWindow: null,
    usageLimits: null,
    permissions: CLIENT_RIGHTS,
    expiresAt: null,
    lastUsedAt: null,
    usedCount: 0,
    revokedAt: null,
    createdAt: now,
  }
}

/** Tokens that clients show. Only hashes are kept; who comes in is decided in memory. */
export async function createTokenService(
  { store, events, clock, logger }: Pick<ServiceDependencies, 'store' | 'events' | 'clock'> & { readonly logger: Logger },
  owner: Principal,
  { given: brought, onShut }: TokenServiceOptions,
) {
  const given = brought && givenRecord(brought, owner, clock.now())
  const rates = { ...rateLimits.catch(NO_RATES).parse(await store.read.settings.get(RATE_LIMITS_SETTING)) }
  const registry = await createTokenRegistry({ store, clock, logger, owner, rates, given, onShut })

  function toToken(record: TokenRecord): ClientToken {
    const { id, name, description, prefix, profileIds, serverIds, addresses, timeWindow, usageLimits, permissions } = record
    const gate = registry.byId(id)
    return {
      id,
      name,
      description,
      prefix,
      access: accessOf(permissions),
      permissions: RIGHTS.filter((right) => permissions.includes('*') || permissions.includes(right)),
      profileIds: profileIds && [...profileIds],
      serverIds: serverIds && [...serverIds],
      addresses: addresses && [...addresses],
      timeWindow,
      usageLimits,
      variable: id === given?.id ? name : null,
      expiresAt: record.expiresAt,
      lastUsedAt: Math.max(record.lastUsedAt ?? 0, gate?.lastUsedAt() ?? 0) || null,
      usedCount: Math.max(record.usedCount, gate?.usedCount() ?? 0),
      revokedAt: record.revokedAt,
      createdAt: record.createdAt,
    }
  }

  const isGiven = ({ principal }: Context, ref: string) =>
    given !== null && principal.userId === given.userId && (ref === given.id || ref === given.name)

  /** @param ref id or name @throws AppError TOKEN_NOT_FOUND */
  async function find(context: Context, ref: string): Promise<TokenRecord> {
    const record = await store.read.tokens.get(context.principal, ref)
    if (record) return record
    if (given && isGiven(context, ref)) return { ...given, revokedAt: await store.read.tokens.revokedAt(given.id) }
    throw new AppError('TOKEN_NOT_FOUND', `There is no token "${ref}"`)
  }

  return {
    async list(context: Context): Promise<ClientToken[]> {
      const records = await store.read.tokens.list(context.principal)
      const more = given && isGiven(context, given.id) ? [await find(context, given.id)] : []
      return [...more, ...records].map(toToken)
    },

    find,

    /** @throws AppError VALIDATION_ERROR, NAME_EXISTS, PROFILE_NOT_FOUND, SERVER_NOT_FOUND, FORBIDDEN */
    async create(context: Context, input: NewToken): Promise<ClientToken & { token: string }> {
      const { principal } = context
      const token = PREFIX + randomBytes(32).toString('base64url')
      const maker = principal.token ? registry.byId(principal.token.id)?.record : undefined
      const record = await store.transaction(async (tx) => {
        const now = clock.now()
        const scope = await scopeOf(tx, context, input, maker, now)
        if (await tx.tokens.nameTaken(principal.userId, input.name)) {
          throw new AppError('NAME_EXISTS', `There is a token "${input.name}" already`, { fields: [{ path: ['name'], message: 'Taken' }] })
        }
        const made: TokenRecord = {
          ...scope,
          id: newId<'token'>(),
          userId: principal.userId,
          name: input.name,
          description: input.description || null,
          tokenHash: sha256(token),
          prefix: token.slice(0, 8),
          lastUsedAt: null,
          usedCount: 0,
          revokedAt: null,
          createdAt: now,
        }
        await tx.tokens.insert(made)
        return made
      })
      registry.add(record)
      const noun = toToken(record)
      events.emit({ type: 'token.created', token: noun })
      return { ...noun, token }
    },

    /** The next request with it is refused. @throws AppError TOKEN_NOT_FOUND */
    async revoke(context: Context, ref: string): Promise<ClientToken> {
      const { id, revokedAt } = await find(context, ref)
      if (revokedAt === null) await store.transaction((tx) => tx.tokens.revoke(id, context.principal.email, null, clock.now()))
      const record = await find(context, id)
      registry.byId(id)?.revoke(record.revokedAt ?? clock.now())
      const token = toToken(record)
      events.emit({ type: 'token.revoked', token })
      return token
    },

    /** Who shows this token, also one that is revoked or expired; null where nobody knows it. Answers from memory. */
    known: registry.find,
    refuseUnknown: registry.refuseUnknown,
    /** Requests with tokens that nobody knows, since the start. */
    unknown: registry.unknown,

    rates: (): RateLimits => ({ ...rates }),

    async setRates(changes: { readonly [Key in keyof RateLimits]?: number | undefined }): Promise<RateLimits> {
      const wanted = {
        mcpPerMinute: changes.mcpPerMinute ?? rates.mcpPerMinute,
        apiPerMinute: changes.apiPerMinute ?? rates.apiPerMinute,
      }
      await store.transaction((tx) => tx.settings.set(RATE_LIMITS_SETTING, wanted, clock.now()))
      Object.assign(rates, wanted)
      events.emit({ type: 'settings.rate-limits.updated', rateLimits: wanted })
      return wanted
    },

    close: registry.close,
  }
}

export type TokenService = Awaited<ReturnType<typeof createTokenService>>
