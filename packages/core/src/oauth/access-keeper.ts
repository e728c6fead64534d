import { randomBytes } from 'node:crypto'
import type { ServerConfig } from '@local-mcp/contract'
import { type AccountId, AppError, type Logger, messageOf, newId, type ServerId } from '@local-mcp/kernel'
import type { ServiceDependencies } from '../dependencies.ts'
import type { StoreWriter } from '../store.ports.ts'
import type { SecretPlace } from '../vault.ports.ts'
import { type AccessSource, type AuthorizationClient, type Challenge, type Granted, type Journal, RenewalError } from './oauth.ports.ts'
import type { AccountRecord, GrantRecord, GrantTerms } from './oauth.records.ts'
import { sealGranted, tokenPlace } from './sealed-grant.ts'

/** A token is renewed so long before its end, or a fifth of its life before where that is less. In milliseconds. */
const LEAD = 5 * 60_000
/** Longer than a renewal may take that begins by waiting for one of an earlier life, in milliseconds. */
const LEASE = 60_000
const LEASE_POLL = 100
/** Waits after a failure, in milliseconds: doubled each time. */
const FIRST_WAIT = 1000
const LONGEST_WAIT = 60_000
/** A token that is refused although it is so new is not renewed again: that would help nobody. In milliseconds. */
const JUST_RENEWED = 30_000

/** A token in memory. Times are of the monotonic clock, so that a clock that is set does not end every token at once. */
interface Held {
  readonly token: string
  /** The address of the server for which it was looked up; at another one it is looked at anew. */
  readonly url: string | null
  readonly dueAt: number
  readonly endsAt: number
  readonly renewable: boolean
  /** When it was renewed in this life; null: it was loaded. */
  readonly renewedAt: number | null
}

interface KeeperDependencies extends Pick<ServiceDependencies, 'store' | 'vault' | 'clock'> {
  readonly client: AuthorizationClient
  readonly logger: Logger
  /** The configuration of a live server; undefined: it is gone. */
  readonly configOf: (id: ServerId) => ServerConfig | undefined
  /** Told of every account whose sign-in is not what it was. */
  readonly onChanged: (id: AccountId) => void
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsed?: () => number
  /** Whether a process exists. */
  readonly isAlive?: (pid: number) => boolean
}

const renewalPlace = (id: AccountId): SecretPlace => ({ table: 'oauth_accounts', column: 'renewal', rowId: id })

const signInNeeded = (why: string) => new AppError('AUTH_REQUIRED', why)
const unreachable = (why: string) => new AppError('OAUTH_UNREACHABLE', why)

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Keeps accounts signed in. A token is renewed when it is used shortly before its end, once, whoever uses it and in how
 * many processes; the new one is durable before anybody gets it; and a renewal that was under way when the gateway was
 * killed is brought to its end by the next one.
 */
export async function createAccessKeeper(dependencies: KeeperDependencies) {
  const { store, vault, clock, client, logger, configOf, onChanged } = dependencies
  const { elapsed = () => performance.now(), isAlive = processExists } = dependencies
  const holder = { pid: process.pid, id: newId() }
  let accounts = new Map<AccountId, AccountRecord>()
  let defaults = new Map<ServerId, AccountId>()
  const held = new Map<AccountId, Held>()
  const renewing = new Map<AccountId, Promise<string>>()
  const waits = new Map<AccountId, { readonly until: number; readonly wait: number }>()
  const challenges = new Map<ServerId | AccountId, Challenge>()
  /** Raised with each sign-in and sign-out: what was begun before says nothing about what is now. */
  const generations = new Map<AccountId, number>()
  const generationOf = (id: AccountId) => generations.get(id) ?? 0

  async function reload(): Promise<void> {
    const all = await store.read.oauth.accounts()
    accounts = new Map(all.map((account) => [account.id, account]))
    defaults = new Map(all.flatMap(({ id, serverId, isDefault }) => (isDefault ? [[serverId, id] as const] : [])))
    for (const id of held.keys()) if (!accounts.has(id)) held.delete(id)
  }
  await reload()

  // An account that is named and not there is nobody: never somebody else.
  const accountOf = (server: ServerId, named: AccountId | null): AccountId | null => {
    if (named === null) return defaults.get(server) ?? null
    return accounts.get(named)?.serverId === server ? named : null
  }

  /** @param remaining until its end; null: it does not say when that is. @param life how long it is good for in all */
  function hold(
    id: AccountId,
    generation: number,
    url: string | null,
    token: string,
    remaining: number | null,
    life: number,
    renewable: boolean,
    renewed: boolean,
  ): Held {
    const now = elapsed()
    const one: Held = {
      token,
      url,
      dueAt: remaining === null ? Number.POSITIVE_INFINITY : now + remaining - Math.min(LEAD, life / 5),
      endsAt: remaining === null ? Number.POSITIVE_INFINITY : now + remaining,
      renewable,
      renewedAt: renewed ? now : null,
    }
    if (generation === generationOf(id)) held.set(id, one)
    return one
  }

  /** The token of a row. A clock that was set back in the meantime does not make it live longer than it was granted for. */
  async function adopt(
    { id, accessToken, refreshToken, expiresAt, lastRefreshAt, createdAt }: GrantRecord,
    generation: number,
    url: string | null,
  ): Promise<Held> {
    const token = await vault.open(accessToken, tokenPlace('access_token', id))
    const life = expiresAt === null ? 0 : Math.max(0, expiresAt - (lastRefreshAt ?? createdAt))
    const remaining = expiresAt === null ? null : Math.min(Math.max(0, expiresAt - clock.now()), life)
    return hold(id, generation, url, token, remaining, life, refreshToken !== null, false)
  }

  /** @returns null where nobody is signed in @throws AppError AUTH_REQUIRED where it ended */
  async function load(id: AccountId): Promise<Held | null> {
    const generation = generationOf(id)
    const [account, grant] = await Promise.all([store.read.oauth.account(id), store.read.oauth.grant(id)])
    if (!account || !grant) return null
    if (grant.lastError !== null) throw signInNeeded('The sign-in has ended and cannot be renewed')
    const one = await adopt(grant, generation, assertSameServer(account))
    // Somebody signed in or out meanwhile: what was read is nobody's any more.
    return generation === generationOf(id) ? one : load(id)
  }

  /** A token is for who granted it: not for whatever the server's address is changed to. @throws AppError AUTH_REQUIRED */
  function assertSameServer({ serverId, terms }: AccountRecord): string | null {
    const url = urlOf(serverId)
    if (terms?.origin && url !== null && new URL(url).origin !== terms.origin)
      throw signInNeeded(`The sign-in was for ${terms.origin}, and the server has another address now`)
    return url
  }
  function urlOf(server: ServerId): string | null {
    const config = configOf(server)
    return config && 'url' in config ? config.url : null
  }
  /** What is in memory of an account, as long as its server is where it was. */
  function heldOf(id: AccountId, server: ServerId | undefined): Held | undefined {
    const one = held.get(id)
    return one && server !== undefined && one.url === urlOf(server) ? one : undefined
  }

  async function get(id: AccountId): Promise<string | null> {
    const one = heldOf(id, accounts.get(id)?.serverId) ?? (await loadOrMark(id))
    if (!one) return null
    if (elapsed() < one.dueAt) return one.token
    if (!one.renewable) {
      if (elapsed() < one.endsAt) return one.token
      throw signInNeeded('The sign-in has ended, and there is no way to renew it')
    }
    try {
      return await renew(id, one.token)
    } catch (error) {
      if (error instanceof AppError && error.code === 'OAUTH_UNREACHABLE' && elapsed() < one.endsAt) return one.token
      throw error
    }
  }

  /** What cannot be opened is worth nothing, and says so from then on. @throws AppError AUTH_REQUIRED */
  async function loadOrMark(id: AccountId): Promise<Held | null> {
    try {
      return await load(id)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'DATABASE_CORRUPT') throw error
      await store.transaction((tx) => tx.oauth.failGrant(id, 'unreadable')).catch(() => {})
      onChanged(id)
      throw signInNeeded('What is stored of the sign-in cannot be opened')
    }
  }

  /** @param stale the token that is not good enough @returns one that is newer */
  function renew(id: AccountId, stale: string): Promise<string> {
    let under = renewing.get(id)
    if (!under) {
      under = renewAlone(id, stale).finally(() => renewing.delete(id))
      renewing.set(id, under)
    }
    return under
  }

  async function renewAlone(id: AccountId, stale: string): Promise<string> {
    const waited = waits.get(id)
    if (waited && elapsed() < waited.until) throw unreachable('The authorization server could not be reached a moment ago')
    const name = `oauth:${id}`
    const begun = elapsed()
    while (!(await store.transaction((tx) => tx.leases.take(name, holder, clock.now(), LEASE, isAlive)))) {
      await new Promise((resolve) => setTimeout(resolve, LEASE_POLL))
      const now = await load(id)
      if (now && now.token !== stale && elapsed() < now.dueAt) return now.token
      if (elapsed() - begun > LEASE) throw unreachable('Another process is renewing the sign-in')
    }
    try {
      const token = await renewWithLease(id, stale)
      waits.delete(id)
      return token
    } catch (error) {
      if (error instanceof AppError && error.code === 'OAUTH_UNREACHABLE') {
        const wait = Math.min(LONGEST_WAIT, (waits.get(id)?.wait ?? FIRST_WAIT / 2) * 2)
        waits.set(id, { until: elapsed() + wait, wait })
      }
      throw error
    } finally {
      await store.transaction((tx) => tx.leases.release(name, holder)).catch(() => {})
    }
  }

  async function renewWithLease(id: AccountId, stale: string): Promise<string> {
    const generation = generationOf(id)
    const [account, grant] = await Promise.all([store.read.oauth.account(id), store.read.oauth.grant(id)])
    if (!account || !grant) throw signInNeeded('Nobody is signed in')
    if (grant.lastError !== null) throw signInNeeded('The sign-in has ended and cannot be renewed')
    const url = assertSameServer(account)
    const present = await adopt(grant, generation, url)
    // Somebody else was faster.
    if (present.token !== stale && elapsed() < present.dueAt) return present.token
    const { terms } = account
    if (grant.refreshToken === null || !terms) throw signInNeeded('The sign-in cannot be renewed')
    const refreshToken = await vault.open(grant.refreshToken, tokenPlace('refresh_token', id))
    const { granted, journal, sentAt, giveBack } = await ask(account, terms, refreshToken, grant.refreshToken)
    // It lives from when it was granted, which was after we asked.
    const age = sentAt === null ? 0 : elapsed() - sentAt
    const renewed = await sealGranted(vault, id, granted, clock.now() - age, grant.refreshToken, grant.scope)
    // Durable before anybody uses it: the former refresh token may be worth nothing from here on.
    const kept = await store.transaction(async (tx) => {
      // Somebody signed out, or in anew, while the answer was on its way.
      if ((await tx.oauth.grant(id))?.refreshToken !== grant.refreshToken) return false
      await tx.oauth.endRenewal(id, renewed, clock.now())
      return true
    })
    await client.settle({ id: journal }).catch(() => {})
    if (!kept) {
      await giveBack()
      throw signInNeeded('The sign-in was changed while it was renewed')
    }
    const life = granted.lifetimeMs
    hold(
      id,
      generation,
      url,
      granted.accessToken,
      life === null ? null : life - age,
      life ?? 0,
      renewed.refreshToken !== null,
      sentAt !== null,
    )
    onChanged(id)
    return granted.accessToken
  }

  /**
   * @param stored the refresh token as it is stored: whatever is found out is about that one
   * @returns what was granted, and when it was asked for; null: in an earlier life
   */
  async function ask(
    account: AccountRecord,
    terms: GrantTerms,
    refreshToken: string,
    stored: string,
  ): Promise<{ granted: Granted; journal: string; sentAt: number | null; giveBack: () => Promise<void> }> {
    const { id, serverId } = account
    const registration = await store.read.oauth.registration(terms.registrationId)
    const config = configOf(serverId)
    // One that was deleted may come back as it was.
    if (!config || !('url' in config)) throw unreachable('The server is not there')
    if (!registration) throw await ended(id, 'client_refused', terms, stored)
    const { clientSecret } = registration
    const identity = {
      clientId: registration.clientId,
      clientSecret:
        clientSecret &&
        (await vault.open(clientSecret, { table: 'oauth_client_registrations', column: 'client_secret', rowId: registration.id })),
    }
    let journal = account.renewal ? await pending(account.renewal, id, stored) : await begin(id, stored)
    for (;;) {
      try {
        const sentAt = journal.replay ? null : elapsed()
        const granted = await client.refresh(config, terms, identity, refreshToken, journal)
        const giveBack = async () => {
          const [token, hint] = granted.refreshToken
            ? ([granted.refreshToken, 'refresh_token'] as const)
            : ([granted.accessToken, 'access_token'] as const)
          await client.revoke(config, terms, identity, token, hint).catch(() => {})
        }
        return { granted, journal: journal.id, sentAt, giveBack }
      } catch (error) {
        if (!(error instanceof RenewalError)) throw error
        await client.settle(journal).catch(() => {})
        logger.warn('A sign-in was not renewed', { account: account.name, issuer: terms.issuer, why: error.failure, detail: error.message })
        if (error.failure === 'unknown' && journal.replay) journal = await begin(id, stored)
        else if (error.failure === 'unreachable' || error.failure === 'unknown') {
          await ifSame(id, stored, (tx) => tx.oauth.endRenewal(id, null, clock.now()))
          throw unreachable(`The sign-in at ${terms.issuer} could not be renewed: ${error.message}`)
        } else throw await ended(id, error.failure, terms, stored)
      }
    }
  }

  /** Notes what only a person can mend. A client that is not known there any more is registered anew at the next sign-in. */
  async function ended(id: AccountId, failure: 'refused' | 'client_refused', terms: GrantTerms, stored: string): Promise<AppError> {
    const was = await ifSame(id, stored, async (tx) => {
      await tx.oauth.failGrant(id, failure)
      const registration = failure === 'client_refused' ? await tx.oauth.registration(terms.registrationId) : null
      if (registration?.origin === 'dcr') await tx.oauth.deleteRegistration(registration.id)
    })
    if (was) {
      held.delete(id)
      onChanged(id)
    }
    return signInNeeded(`The authorization server ${terms.issuer} does not renew the sign-in any more`)
  }

  /** Writes only where the sign-in is still the one that was looked at. @returns whether it was */
  function ifSame(id: AccountId, stored: string, work: (tx: StoreWriter) => Promise<void>): Promise<boolean> {
    return store.transaction(async (tx) => {
      if ((await tx.oauth.grant(id))?.refreshToken !== stored) return false
      await work(tx)
      return true
    })
  }

  /** @throws AppError OAUTH_UNREACHABLE where the lease was lost, AUTH_REQUIRED where the sign-in is another one */
  async function begin(id: AccountId, stored: string): Promise<Journal> {
    const journal = { id: newId(), key: randomBytes(32).toString('hex') }
    const renewal = await vault.seal(JSON.stringify(journal), renewalPlace(id))
    const same = await ifSame(id, stored, async (tx) => {
      if (!(await tx.leases.take(`oauth:${id}`, holder, clock.now(), LEASE, isAlive)))
        throw unreachable('Another process is renewing the sign-in')
      await tx.oauth.beginRenewal(id, renewal)
    })
    if (!same) throw signInNeeded('The sign-in was changed while it was renewed')
    return { ...journal, replay: false }
  }

  async function pending(renewal: string, id: AccountId, stored: string): Promise<Journal> {
    try {
      return { ...JSON.parse(await vault.open(renewal, renewalPlace(id))), replay: true }
    } catch (error) {
      if (error instanceof AppError && error.code === 'SECRETS_LOCKED') throw error
      return begin(id, stored)
    }
  }

  const source: AccessSource = {
    accountOf,
    current(server, named) {
      const id = accountOf(server, named)
      if (id === null) return null
      const one = heldOf(id, server)
      return one && elapsed() < one.dueAt ? one.token : get(id)
    },
    async refused(server, named, token, challenge) {
      const id = accountOf(server, named)
      challenges.set(id ?? server, challenge)
      if (id === null || token === null || challenge.status === 403) return null
      const one = heldOf(id, server) ?? (await loadOrMark(id))
      if (!one) return null
      if (one.token !== token) return one.token
      const now = elapsed()
      const helpless = one.renewedAt !== null && now - one.renewedAt < JUST_RENEWED && now < one.dueAt
      if (!one.renewable || helpless) return null
      return renew(id, token)
    },
  }

  return {
    ...source,
    /** How the account is called; null: the server has none. */
    nameOf(server: ServerId, named: AccountId | null): string | null {
      const id = accountOf(server, named)
      return id === null ? null : (accounts.get(id)?.name ?? null)
    },
    reload,
    /** What the server said when it last refused that account. */
    challengeOf: (server: ServerId, id: AccountId | null): Challenge | null =>
      (id === null ? undefined : challenges.get(id)) ?? challenges.get(server) ?? null,
    /** Another grant was stored, or none is there any more. */
    forget(id: AccountId): void {
      generations.set(id, generationOf(id) + 1)
      held.delete(id)
      waits.delete(id)
      challenges.delete(id)
    },
    /** Renews it now. @throws AppError NOT_SIGNED_IN, and those of AccessSource */
    async renewNow(id: AccountId): Promise<void> {
      const one = heldOf(id, accounts.get(id)?.serverId) ?? (await loadOrMark(id))
      if (!one) throw new AppError('NOT_SIGNED_IN', 'The account is not signed in')
      // Whoever asks for it does not wait for what failed before.
      waits.delete(id)
      await renew(id, one.token)
    },
    /** Brings renewals of an earlier life to their end, and renews what was not renewed for long. Never throws. */
    async tend(olderThan: number): Promise<void> {
      for (const { id, serverId, renewal } of await store.read.oauth.accounts()) {
        if (!configOf(serverId)) continue
        // As it is now: somebody may have used it since the last one was renewed.
        const grant = await store.read.oauth.grant(id).catch(() => null)
        if (!grant || grant.lastError !== null || grant.refreshToken === null) continue
        if (renewal === null && (grant.lastRefreshAt ?? grant.createdAt) > clock.now() - olderThan) continue
        await (async () => renew(id, (heldOf(id, serverId) ?? (await load(id)) ?? { token: '' }).token))().catch((error: unknown) =>
          logger.info('A sign-in could not be renewed ahead of time', { account: id, error: messageOf(error) }),
        )
      }
    },
  }
}

export type AccessKeeper = Awaited<ReturnType<typeof createAccessKeeper>>
