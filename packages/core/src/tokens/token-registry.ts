import { createHash } from 'node:crypto'
import type { RateLimits, UnknownTokens } from '@local-mcp/contract'
import { AppError, type Clock, type Logger, messageOf, type TokenId } from '@local-mcp/kernel'
import type { Principal } from '../context.ts'
import type { TokenRecord } from '../records.ts'
import type { Store } from '../store.ports.ts'
import { createTokenGate, LIMITED_TIMES, lengthOf, type TokenGate } from './token-gate.ts'

/** How often the times of use are written down, in milliseconds. */
const TOUCH_EVERY = 10_000
/** How late the end of a token may be noticed, in milliseconds. */
const SHUT_EVERY = 500
/** How often it is logged that somebody tries tokens that nobody knows, in milliseconds. */
const TELL_EVERY = 60_000

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

export interface RegistryOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  /** On whose behalf every token acts on a machine with one user. */
  readonly owner: Principal
  /** Of every token, in one object that changes with the settings. */
  readonly rates: RateLimits
  /** A token that is in no row. */
  readonly given: TokenRecord | null
  /**
   * What the token has open has to be ended.
   * @param forGood it will not be let in again
   */
  readonly onShut: (id: TokenId, forGood: boolean) => void
}

/** Every token there is, in memory: who comes in is decided without the store. */
export async function createTokenRegistry({ store, clock, logger, owner, rates, given, onShut }: RegistryOptions) {
  const byHash = new Map<string, TokenGate>()
  const byId = new Map<TokenId, TokenGate>()
  let unknown: UnknownTokens = { count: 0, lastAt: null }
  let told = Number.NEGATIVE_INFINITY

  function add(record: TokenRecord): void {
    try {
      const gate = createTokenGate(record, owner, rates)
      byHash.set(record.tokenHash, gate)
      byId.set(record.id, gate)
    } catch (error) {
      // A limit that is not understood lets nobody in.
      logger.error('A token is limited in a way that is not known, so it is refused', { token: record.id, error: messageOf(error) })
    }
  }

  /** A restart gives nobody a second share of what an hour or a day allows. */
  async function resume(gate: TokenGate): Promise<void> {
    for (const time of LIMITED_TIMES) {
      if (gate.record.usageLimits?.[time] === undefined) continue
      const { count, firstAt } = await store.read.tokenUsage.countSince(gate.record.id, clock.now() - lengthOf(time))
      if (firstAt !== null) gate.resume(time, firstAt, count)
    }
  }

  for (const record of await store.read.tokens.listAll()) add(record)
  if (given) add({ ...given, revokedAt: await store.read.tokens.revokedAt(given.id) })
  await Promise.all([...byId.values()].filter(({ record }) => record.usageLimits !== null).map(resume))

  async function flush(): Promise<void> {
    const uses = new Map([...byId].flatMap(([id, gate]) => (id === given?.id ? [] : [[id, gate.takeUses()] as const])))
    const batch = new Map([...uses].flatMap(([id, use]) => (use ? [[id, use] as const] : [])))
    if (batch.size === 0) return
    try {
      await store.transaction((tx) => tx.tokens.touch(batch))
    } catch (error) {
      for (const [id, use] of batch) byId.get(id)?.giveBack(use)
      throw error
    }
  }
  /** Requests are refused by themselves once a token has expired or its hours are over; what it has open has to be ended. */
  function shut(): void {
    const now = clock.now()
    for (const [id, gate] of byId) {
      if (gate.isOpen(now) || !gate.wasUsed()) continue
      const { expiresAt } = gate.record
      onShut(id, expiresAt !== null && expiresAt <= now)
    }
  }
  const shutting = setInterval(shut, SHUT_EVERY).unref()
  const touching = setInterval(() => {
    flush().catch((error: unknown) => logger.warn('When tokens were used could not be written', { error: messageOf(error) }))
  }, TOUCH_EVERY).unref()

  return {
    add,
    /** The token itself is looked for, not its id; null for one that nobody knows. Revoked and expired ones are known. */
    find: (token: string): TokenGate | null => byHash.get(sha256(token)) ?? null,
    byId: (id: TokenId): TokenGate | undefined => byId.get(id),
    /** Why a token that nobody knows is refused. */
    refuseUnknown(): AppError {
      const now = clock.now()
      unknown = { count: unknown.count + 1, lastAt: now }
      if (now - told >= TELL_EVERY) {
        told = now
        logger.warn('Requests come with a token that is not known', { soFar: unknown.count })
      }
      return new AppError('UNAUTHORIZED', 'The token is not valid (any more)')
    },
    unknown: () => unknown,
    async close(): Promise<void> {
      clearInterval(shutting)
      clearInterval(touching)
      await flush()
    },
  }
}
