import { AppError, type Clock, newId } from '@local-mcp/kernel'
import type { Principal } from '../context.ts'
import { newLink } from '../profiles/profile.service.ts'
import type { UserRecord } from '../records.ts'
import { POOL_SIZE } from '../servers/pool.service.ts'
import { DEFAULT_PROFILE_SETTING } from '../settings.ts'
import type { Store } from '../store.ports.ts'

export interface FirstRunOptions {
  /** E-mail of the local owner, from PLATFORM_ADMIN_EMAIL. */
  readonly ownerEmail?: string | undefined
  readonly ownerName?: string | undefined
  readonly teamPrefix?: string | undefined
  /** Port of the generated endpoints. */
  readonly port: number
}

const EMAIL = /^[^\s@]+@[^\s@]+$/

/**
 * Makes what every installation has: the local owner with a personal team, a default profile, and the built-in
 * server in it. Does nothing, and takes no write lock, where that is there already.
 *
 * @returns the owner as the principal of the window and the command line
 * @throws AppError VALIDATION_ERROR for an e-mail that is none
 */
export async function ensureFirstRun(store: Store, clock: Clock, options: FirstRunOptions): Promise<Principal> {
  const existing = await store.read.identity.localOwner()
  if (existing && (await store.read.settings.get(DEFAULT_PROFILE_SETTING)) !== undefined) return toPrincipal(existing)

  const email = (options.ownerEmail ?? 'owner@localhost').toLowerCase()
  if (!EMAIL.test(email) || email.length > 255) {
    throw new AppError('VALIDATION_ERROR', `PLATFORM_ADMIN_EMAIL is not an e-mail address: "${email}"`, {
      next: 'Correct or remove the variable.',
    })
  }
  const owner = await store.transaction(async (tx) => {
    const now = clock.now()
    const name = options.ownerName ?? 'Owner'
    // Another process may have been first.
    const user =
      (await tx.identity.localOwner()) ??
      (await tx.identity.createLocalOwner(
        { id: newId<'user'>(), email, fullName: name },
        { id: newId<'team'>(), name: `${name}'s Team`, slug: `${options.teamPrefix ?? 'personal'}-${email.replace(/[^a-z0-9]+/g, '-')}` },
        now,
      ))
    if ((await tx.settings.get(DEFAULT_PROFILE_SETTING)) !== undefined) return user

    await tx.pool.align({ port: options.port, entries: null, generated: POOL_SIZE }, now)
    const endpoint = await tx.pool.firstFree()
    if (!endpoint) throw new AppError('POOL_EXHAUSTED', 'Every endpoint of the pool is taken')
    const own = {
      teamId: user.personalTeamId,
      ownerEmail: user.email,
      visibility: 'private',
      version: 1,
      createdAt: now,
      updatedAt: now,
    } as const
    const profileId = newId<'profile'>()
    const serverId = newId<'server'>()
    await tx.profiles.insert({ ...own, id: profileId, name: 'Default', slug: 'default', description: null, toolNaming: 'first_wins' })
    await tx.servers.insert({
      ...own,
      id: serverId,
      name: 'Gateway',
      slug: 'lmg',
      type: 'builtin',
      apiKey: null,
      config: { builtinId: 'gateway' },
      enabled: true,
      toolPolicy: 'all',
      approvedSha256: null,
      presetId: null,
      endpoint,
      sources: [],
      lostSources: [],
      timeoutMs: 30_000,
      keepAlive: false,
    })
    await tx.links.insert(newLink(profileId, serverId, 0), now)
    await tx.settings.set(DEFAULT_PROFILE_SETTING, profileId, now)
    return user
  })
  return toPrincipal(owner)
}

const toPrincipal = ({ id, email, isLocalOwner }: UserRecord): Principal => ({
  userId: id,
  email,
  isLocalOwner,
  token: null,
  permissions: ['*'],
})
