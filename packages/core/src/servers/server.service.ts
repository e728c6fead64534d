import { type Server, type ServerConfig, type ServerStatus, type ServerType, slugFor } from '@local-mcp/contract'
import { AppError, newId, type ServerId } from '@local-mcp/kernel'
import { allowsProfile, type Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { findServer } from '../find.ts'
import { newLink } from '../profiles/profile.service.ts'
import type { LinkRecord, ServerRecord } from '../records.ts'
import type { StoreWriter } from '../store.ports.ts'
import { consentSha256, isApproved } from './consent.ts'
import { assertCreatable, parseServerConfig } from './server-config.ts'

export interface NewServer {
  readonly name: string
  readonly type: string
  readonly config: unknown
  readonly timeoutMs?: number | undefined
  readonly profiles?: readonly string[] | undefined
}

export interface ServerChanges {
  readonly name?: string | undefined
  readonly config?: unknown
  readonly enabled?: boolean | undefined
  readonly timeoutMs?: number | undefined
  readonly type?: string | undefined
  readonly endpoint?: string | undefined
  readonly version?: number | undefined
}

const DEFAULT_TIMEOUT = 30_000

/** The consent that lies in the owner's writing the configuration: never for what starts a program. */
function consentByWriting({ principal }: Context, type: ServerType, config: ServerConfig): string | null {
  return (type === 'remote_http' || type === 'remote_sse') && principal.token === null ? consentSha256(type, config) : null
}

/** Registered servers: what they are, who agreed to them, and how they are doing. */
export function createServerService({ store, events, clock, routing, upstreams }: ServiceDependencies) {
  function toServer(record: ServerRecord, links: readonly LinkRecord[], toolChanges: number): Server {
    const { id, name, slug, type, config, enabled, endpoint, visibility, timeoutMs, toolPolicy, version, createdAt, updatedAt } = record
    return {
      id,
      name,
      slug,
      type,
      config,
      enabled,
      approved: isApproved(record),
      endpoint,
      visibility,
      profileIds: links.map(({ profileId }) => profileId),
      timeoutMs,
      toolPolicy,
      toolChanges,
      status: upstreams.status(id),
      version,
      createdAt,
      updatedAt,
    }
  }

  /** Where something that was accepted cannot be read, counting takes a look at each row. */
  async function changesOf(id: ServerId, counts: ReadonlyMap<ServerId, number>): Promise<number> {
    return routing.current().toolPins.get(id)?.unreadable ? (await store.read.tools.changes(id)).length : (counts.get(id) ?? 0)
  }

  async function load(record: ServerRecord): Promise<Server> {
    const [links, changes] = await Promise.all([store.read.links.listByServer(record.id), store.read.tools.countChanges()])
    return toServer(record, links, await changesOf(record.id, changes))
  }

  async function announce(id: ServerId, context: Context, type: 'server.created' | 'server.updated'): Promise<Server> {
    await routing.refresh()
    const server = await load(await findServer(store.read, context, id))
    events.emit({ type, server })
    return server
  }

  async function assertNameFree(tx: StoreWriter, ownerEmail: string | null, name: string, except?: ServerId): Promise<void> {
    if (await tx.servers.nameTaken(ownerEmail, name, except)) {
      throw new AppError('NAME_EXISTS', `There is a server "${name}" already`, { fields: [{ path: ['name'], message: 'Taken' }] })
    }
  }

  return {
    async list(context: Context): Promise<Server[]> {
      const [records, links, changes] = await Promise.all([
        store.read.servers.list(context.principal),
        store.read.links.listAll(),
        store.read.tools.countChanges(),
      ])
      const { principal } = context
      const mine = (server: ServerRecord) =>
        links.some(({ serverId, profileId }) => serverId === server.id && allowsProfile(principal, profileId))
      const seen = allowsProfile(principal, null) ? records : records.filter(mine)
      return Promise.all(
        seen.map(async (record) =>
          toServer(
            record,
            links.filter(({ serverId }) => serverId === record.id),
            await changesOf(record.id, changes),
          ),
        ),
      )
    },

    /** @throws AppError SERVER_NOT_FOUND */
    async get(context: Context, ref: string): Promise<Server> {
      return load(await findServer(store.read, context, ref))
    },

    /**
     * Nothing is started that waits for consent. The owner who writes down the address of a remote server agrees to it
     * by doing so; a program with a token does not speak for a person.
     *
     * @throws AppError INVALID_TYPE, INVALID_CONFIG, NAME_EXISTS, POOL_EXHAUSTED, PROFILE_NOT_FOUND
     */
    async create(context: Context, input: NewServer): Promise<Server> {
      assertCreatable(input.type)
      const type = input.type
      const config = parseServerConfig(type, input.config)
      const id = newId<'server'>()
      const linkedTo = await store.transaction(async (tx) => {
        const { email } = context.principal
        await assertNameFree(tx, email, input.name)
        const endpoint = await tx.pool.firstFree()
        if (!endpoint) throw new AppError('POOL_EXHAUSTED', 'Every endpoint of the pool is taken')
        const owner = await tx.identity.localOwner()
        const now = clock.now()
        await tx.servers.insert({
          id,
          name: input.name,
          slug: slugFor(input.name, 'server', await tx.servers.slugs()),
          type,
          config,
          enabled: true,
          toolPolicy: 'all',
          approvedSha256: consentByWriting(context, type, config),
          endpoint,
          timeoutMs: input.timeoutMs ?? DEFAULT_TIMEOUT,
          teamId: owner?.personalTeamId ?? null,
          ownerEmail: email,
          visibility: 'private',
          version: 1,
          createdAt: now,
          updatedAt: now,
        })
        const refs = [...new Set(input.profiles ?? [])]
        const profiles = await Promise.all(
          refs.map(async (ref) => {
            const profile = await tx.profiles.get(context.principal, ref)
            if (!profile) throw new AppError('PROFILE_NOT_FOUND', `There is no profile "${ref}"`)
            return profile
          }),
        )
        for (const profile of profiles)
          await tx.links.insert(newLink(profile.id, id, (await tx.links.listByProfile(profile.id)).length), now)
        return profiles.length > 0
      })
      const server = await announce(id, context, 'server.created')
      // A remote server needs no consent; connecting at once tells early whether the address is right.
      if (linkedTo || server.approved) upstreams.warm(id)
      return { ...server, status: upstreams.status(id) }
    },

    /** @throws AppError SERVER_NOT_FOUND, IMMUTABLE_FIELD, INVALID_CONFIG, NAME_EXISTS, CONFLICT */
    async update(context: Context, ref: string, changes: ServerChanges): Promise<Server> {
      const id = await store.transaction(async (tx) => {
        const record = await findServer(tx, context, ref)
        for (const field of ['type', 'endpoint'] as const) {
          if (changes[field] !== undefined && changes[field] !== record[field]) {
            throw new AppError('IMMUTABLE_FIELD', `The ${field} of a server never changes`, {
              fields: [{ path: [field], message: 'Cannot be changed' }],
            })
          }
        }
        if (changes.name !== undefined) await assertNameFree(tx, record.ownerEmail, changes.name, record.id)
        if (changes.config !== undefined) assertCreatable(record.type)
        const config = changes.config === undefined ? undefined : parseServerConfig(record.type as 'external', changes.config)
        const patch = {
          ...(changes.name === undefined ? {} : { name: changes.name }),
          ...(changes.enabled === undefined ? {} : { enabled: changes.enabled }),
          ...(changes.timeoutMs === undefined ? {} : { timeoutMs: changes.timeoutMs }),
          ...(config === undefined ? {} : { config, approvedSha256: consentByWriting(context, record.type, config) }),
        }
        const updated = await tx.servers.update(record.id, patch, clock.now(), changes.version)
        if (!updated) throw new AppError('CONFLICT', `"${record.name}" was changed in the meantime`, { data: { version: record.version } })
        return record.id
      })
      const server = await announce(id, context, 'server.updated')
      if (server.enabled) upstreams.warm(id)
      return { ...server, status: upstreams.status(id) }
    },

    /** It leaves every list and profile at once and keeps its endpoint. @throws AppError SERVER_NOT_FOUND, IMMUTABLE_FIELD */
    async delete(context: Context, ref: string): Promise<{ profileIds: string[] }> {
      const { id, profileIds } = await store.transaction(async (tx) => {
        const record = await findServer(tx, context, ref)
        if (record.type === 'builtin')
          throw new AppError('IMMUTABLE_FIELD', 'The built-in server cannot be deleted', {
            next: 'Switch it off, or remove it from the profile.',
          })
        const links = await tx.links.listByServer(record.id)
        await tx.servers.softDelete(record.id, clock.now())
        return { id: record.id, profileIds: links.map(({ profileId }) => profileId) }
      })
      await routing.refresh()
      events.emit({ type: 'server.deleted', serverId: id })
      return { profileIds }
    },

    async status(context: Context, ref: string): Promise<ServerStatus> {
      return upstreams.status((await findServer(store.read, context, ref)).id)
    },

    /** Records that a person has seen what runs and agreed, and starts it. @throws AppError SERVER_NOT_FOUND, CONFLICT */
    async approve(context: Context, ref: string, version: number): Promise<Server> {
      const id = await store.transaction(async (tx) => {
        const record = await findServer(tx, context, ref)
        const approved = await tx.servers.update(
          record.id,
          { approvedSha256: consentSha256(record.type, record.config) },
          clock.now(),
          version,
        )
        if (!approved)
          throw new AppError('CONFLICT', `"${record.name}" was changed after you looked at it`, {
            next: 'Read again what it runs, then approve it.',
          })
        return record.id
      })
      const server = await announce(id, context, 'server.updated')
      upstreams.warm(id)
      return { ...server, status: upstreams.status(id) }
    },

    async restart(context: Context, ref: string): Promise<ServerStatus> {
      const record = await findServer(store.read, context, ref)
      if (!isApproved(record)) throw new AppError('APPROVAL_REQUIRED', `Nobody has agreed to run "${record.name}" yet`)
      return upstreams.restart(record.id)
    },
  }
}

export type ServerService = ReturnType<typeof createServerService>
