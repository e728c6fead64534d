import { type Link, type Profile, type RemovedLink, slugFor, type ToolNaming } from '@local-mcp/contract'
import { AppError, newId, type ProfileId, type ServerId } from '@local-mcp/kernel'
import { allowsProfile, type Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { findAccount, findLink, findProfile, findServer } from '../find.ts'
import type { LinkRecord, ProfileRecord } from '../records.ts'
import { DEFAULT_PROFILE_SETTING } from '../settings.ts'
import { assertSlug } from '../slug.ts'
import type { StoreReader } from '../store.ports.ts'
import { assertRestorable, removedLink, restoreLink } from './removed-link.ts'

export interface ProfileFields {
  readonly name: string
  readonly slug?: string | undefined
  readonly description?: string | null | undefined
  readonly toolNaming?: ToolNaming | undefined
}

export interface ProfileChanges {
  readonly name?: string | undefined
  readonly description?: string | null | undefined
  readonly toolNaming?: ToolNaming | undefined
  /** The version that the change was made on; another one by now is a CONFLICT. */
  readonly version?: number | undefined
}

type Reader = Pick<StoreReader, 'profiles' | 'servers' | 'links' | 'settings'>

/** Profiles and their links to servers. Every write answers with the profile as it then is. */
export function createProfileService({ store, events, clock, routing, mcpUrl }: ServiceDependencies) {
  function toProfile(record: ProfileRecord, links: readonly LinkRecord[], defaultId: unknown): Profile {
    const { id, name, slug, description, toolNaming, visibility, version, createdAt, updatedAt } = record
    return {
      id,
      name,
      slug,
      description,
      toolNaming,
      visibility,
      isDefault: id === defaultId,
      endpoint: `${mcpUrl()}/${slug}`,
      serverIds: links.map(({ serverId }) => serverId),
      version,
      createdAt,
      updatedAt,
    }
  }
  async function load(reader: Reader, record: ProfileRecord): Promise<Profile> {
    return toProfile(record, await reader.links.listByProfile(record.id), await reader.settings.get(DEFAULT_PROFILE_SETTING))
  }

  /** After a commit: new routes first, so that whoever hears of the change can already use it. */
  async function announce(id: ProfileId, context: Context, type: 'profile.created' | 'profile.updated'): Promise<Profile> {
    await routing.refresh()
    const profile = await load(store.read, await findProfile(store.read, context, id))
    events.emit({ type, profile })
    return profile
  }

  return {
    async list(context: Context): Promise<Profile[]> {
      const [records, links, defaultId] = await Promise.all([
        store.read.profiles.list(context.principal),
        store.read.links.listAll(),
        store.read.settings.get(DEFAULT_PROFILE_SETTING),
      ])
      return records
        .filter(({ id }) => allowsProfile(context.principal, id))
        .map((record) =>
          toProfile(
            record,
            links.filter(({ profileId }) => profileId === record.id),
            defaultId,
          ),
        )
    },

    /** @throws AppError PROFILE_NOT_FOUND */
    get: async (context: Context, ref: string): Promise<Profile> => load(store.read, await findProfile(store.read, context, ref)),

    /** @throws AppError INVALID_SLUG, RESERVED_SLUG, SLUG_EXISTS */
    async create(context: Context, fields: ProfileFields): Promise<Profile> {
      if (fields.slug !== undefined) assertSlug(fields.slug)
      const id = newId<'profile'>()
      await store.transaction(async (tx) => {
        const slugs = await tx.profiles.slugs()
        if (fields.slug !== undefined && slugs.includes(fields.slug)) {
          throw new AppError('SLUG_EXISTS', `There is a profile "${fields.slug}" already`, {
            fields: [{ path: ['slug'], message: 'Taken' }],
          })
        }
        const owner = await tx.identity.localOwner()
        const now = clock.now()
        await tx.profiles.insert({
          id,
          name: fields.name,
          slug: fields.slug ?? slugFor(fields.name, 'profile', slugs),
          description: fields.description ?? null,
          toolNaming: fields.toolNaming ?? 'first_wins',
          teamId: owner?.personalTeamId ?? null,
          ownerEmail: context.principal.email,
          visibility: 'private',
          version: 1,
          createdAt: now,
          updatedAt: now,
        })
      })
      return announce(id, context, 'profile.created')
    },

    /** @throws AppError PROFILE_NOT_FOUND, CONFLICT */
    async update(context: Context, ref: string, patch: ProfileChanges): Promise<Profile> {
      const { version, name, description, toolNaming } = patch
      const id = await store.transaction(async (tx) => {
        const record = await findProfile(tx, context, ref)
        const changes = {
          ...(name === undefined ? {} : { name }),
          ...(description === undefined ? {} : { description }),
          ...(toolNaming === undefined ? {} : { toolNaming }),
        }
        const updated = await tx.profiles.update(record.id, changes, clock.now(), version)
        if (!updated) throw new AppError('CONFLICT', `"${record.name}" was changed in the meantime`, { data: { version: record.version } })
        return record.id
      })
      return announce(id, context, 'profile.updated')
    },

    /** @throws AppError PROFILE_NOT_FOUND, DEFAULT_PROFILE */
    async delete(context: Context, ref: string): Promise<void> {
      const id = await store.transaction(async (tx) => {
        const record = await findProfile(tx, context, ref)
        if ((await tx.settings.get(DEFAULT_PROFILE_SETTING)) === record.id) {
          throw new AppError('DEFAULT_PROFILE', `"${record.name}" is the default profile`)
        }
        await tx.profiles.delete(record.id)
        return record.id
      })
      await routing.refresh()
      events.emit({ type: 'profile.deleted', profileId: id })
    },

    async links(context: Context, ref: string): Promise<Link[]> {
      const record = await findProfile(store.read, context, ref)
      return (await store.read.links.listByProfile(record.id)).map(toLink)
    },

    /**
     * At the end, or where it was and with all that was chosen about it.
     *
     * @throws AppError PROFILE_NOT_FOUND, SERVER_NOT_FOUND, ALREADY_ADDED; with `restore` ACCOUNT_NOT_FOUND, VALIDATION_ERROR
     */
    async addServer(context: Context, ref: string, serverRef: string, restore?: RemovedLink): Promise<Profile> {
      if (restore) {
        await findProfile(store.read, context, ref)
        await findServer(store.read, context, serverRef)
        await assertRestorable(restore)
      }
      const id = await store.transaction(async (tx) => {
        const profile = await findProfile(tx, context, ref)
        const server = await findServer(tx, context, serverRef)
        const links = await tx.links.listByProfile(profile.id)
        if (links.some(({ serverId }) => serverId === server.id)) {
          throw new AppError('ALREADY_ADDED', `"${server.name}" is already in "${profile.name}"`)
        }
        const link = newLink(profile.id, server.id, endOf(links))
        if (restore) await restoreLink(tx, link, server, restore, clock.now())
        else await tx.links.insert(link, clock.now())
        return profile.id
      })
      return announce(id, context, 'profile.updated')
    },

    /** Answers with what `addServer` needs to take it back. @throws AppError PROFILE_NOT_FOUND, SERVER_NOT_FOUND, SERVER_NOT_IN_PROFILE */
    async removeServer(context: Context, ref: string, serverRef: string): Promise<Profile & { removed: RemovedLink }> {
      const { id, removed } = await store.transaction(async (tx) => {
        const profile = await findProfile(tx, context, ref)
        const link = await findLink(tx, profile, await findServer(tx, context, serverRef))
        const place = (await tx.links.listByProfile(profile.id)).findIndex(({ id }) => id === link.id)
        const removed = removedLink(link, place, (await tx.toolChoices.ofLinks()).get(link.id))
        await tx.links.delete(link.id)
        return { id: profile.id, removed }
      })
      return { ...(await announce(id, context, 'profile.updated')), removed }
    },

    /** @throws AppError PROFILE_NOT_FOUND, SERVER_NOT_FOUND, SERVER_NOT_IN_PROFILE */
    async setServerActive(context: Context, ref: string, serverRef: string, isActive: boolean): Promise<Profile> {
      const id = await store.transaction(async (tx) => {
        const profile = await findProfile(tx, context, ref)
        const link = await findLink(tx, profile, await findServer(tx, context, serverRef))
        await tx.links.setActive(link.id, isActive, clock.now())
        return profile.id
      })
      return announce(id, context, 'profile.updated')
    },

    /** Chooses who calls to the server are made as. @throws AppError PROFILE_NOT_FOUND, SERVER_NOT_FOUND, SERVER_NOT_IN_PROFILE, ACCOUNT_NOT_FOUND */
    async setAccount(context: Context, ref: string, serverRef: string, accountRef: string | null): Promise<Link> {
      const { id, link } = await store.transaction(async (tx) => {
        const profile = await findProfile(tx, context, ref)
        const server = await findServer(tx, context, serverRef)
        const found = await findLink(tx, profile, server)
        const accountId = accountRef === null ? null : (await findAccount(tx, server, accountRef)).id
        await tx.links.setAccount(found.id, accountId, clock.now())
        return { id: profile.id, link: { ...found, accountId } }
      })
      await announce(id, context, 'profile.updated')
      return toLink(link)
    },

    /** Replaces the order. @throws AppError PROFILE_NOT_FOUND, INCOMPLETE_ORDER */
    async reorderServers(context: Context, ref: string, serverIds: readonly string[]): Promise<Profile> {
      const id = await store.transaction(async (tx) => {
        const profile = await findProfile(tx, context, ref)
        const linked = (await tx.links.listByProfile(profile.id)).map(({ serverId }) => serverId)
        const complete =
          serverIds.length === linked.length && new Set(serverIds).size === linked.length && linked.every((one) => serverIds.includes(one))
        if (!complete)
          throw new AppError('INCOMPLETE_ORDER', `The order must name each of the ${linked.length} servers of "${profile.name}" once`)
        await tx.links.setOrder(profile.id, serverIds as readonly ServerId[], clock.now())
        return profile.id
      })
      return announce(id, context, 'profile.updated')
    },

    async getDefault(context: Context): Promise<Profile> {
      const id = await store.read.settings.get(DEFAULT_PROFILE_SETTING)
      return load(store.read, await findProfile(store.read, context, String(id)))
    },

    /** @throws AppError PROFILE_NOT_FOUND */
    async setDefault(context: Context, ref: string): Promise<Profile> {
      const { id, previous } = await store.transaction(async (tx) => {
        const profile = await findProfile(tx, context, ref)
        const before = await tx.settings.get(DEFAULT_PROFILE_SETTING)
        await tx.settings.set(DEFAULT_PROFILE_SETTING, profile.id, clock.now())
        return { id: profile.id, previous: before as ProfileId | undefined }
      })
      if (previous && previous !== id) await announce(previous, context, 'profile.updated')
      return announce(id, context, 'profile.updated')
    },
  }
}

export type ProfileService = ReturnType<typeof createProfileService>

/** The order of what is put after these links. A server that was removed leaves a gap, so their number does not tell it. */
export const endOf = (links: readonly LinkRecord[]): number => Math.max(-1, ...links.map(({ order }) => order)) + 1

/** @param position its order among the links of the profile */
export function newLink(profileId: ProfileId, serverId: ServerId, position: number): LinkRecord {
  return { id: newId<'link'>(), profileId, serverId, order: position, isActive: true, toolPolicy: 'all', accountId: null }
}

const toLink = ({ serverId, order, isActive, toolPolicy, accountId }: LinkRecord): Link => ({
  serverId,
  order,
  isActive,
  toolPolicy,
  accountId,
})
