import {
  type ApiKeyInput,
  type Server,
  type ServerConfig,
  type ServerStatus,
  type ServerType,
  slugFor,
  type Tool,
} from '@local-mcp/contract'
import { AppError, newId, type ServerId } from '@local-mcp/kernel'
import { allowsProfile, type Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { newLink } from '../profiles/profile.service.ts'
import type { ApiKeyRecord, LinkRecord, ServerRecord } from '../records.ts'
import { hintOf } from '../secrets/hint.ts'
import { API_KEY, placeOf } from '../secrets/secret-source.ts'
import type { StoreReader, StoreWriter } from '../store.ports.ts'
import { parseApiKey } from './api-key.ts'
import { consentSha256, isApproved } from './consent.ts'
import { assertCreatable, parseServerConfig } from './server-config.ts'

export interface NewServer {
  readonly name: string
  readonly type: string
  readonly config: unknown
  readonly apiKey?: ApiKeyInput | undefined
  readonly timeoutMs?: number | undefined
  readonly profiles?: readonly string[] | undefined
}

export interface ServerChanges {
  readonly name?: string | undefined
  readonly config?: unknown
  /** Null: none any more. */
  readonly apiKey?: ApiKeyInput | null | undefined
  readonly enabled?: boolean | undefined
  readonly timeoutMs?: number | undefined
  readonly type?: string | undefined
  readonly endpoint?: string | undefined
  readonly version?: number | undefined
}

const DEFAULT_TIMEOUT = 30_000

/** The consent that lies in the owner's writing the configuration: never for what starts a program. */
function consentByWriting({ principal }: Context, type: ServerType, config: ServerConfig, apiKey: ApiKeyRecord | null): string | null {
  return (type === 'remote_http' || type === 'remote_sse') && principal.token === null ? consentSha256(type, config, apiKey) : null
}

/** Registered servers: what they are, who agreed to them, and how they are doing. */
export function createServerService({ store, vault, events, clock, routing, upstreams }: ServiceDependencies) {
  async function find(reader: Pick<StoreReader, 'servers'>, context: Context, ref: string): Promise<ServerRecord> {
    const record = await reader.servers.get(context.principal, ref)
    if (!record) throw new AppError('SERVER_NOT_FOUND', `There is no server "${ref}"`)
    return record
  }

  /** What is known of the keys of servers, by server. */
  async function hints(): Promise<ReadonlyMap<string | null, string | null>> {
    const keys = (await store.read.secrets.list()).filter(({ scope }) => scope === 'server')
    return new Map(keys.map(({ scopeId, hint }) => [scopeId, hint]))
  }

  function toServer(record: ServerRecord, links: readonly LinkRecord[], keyHints: Awaited<ReturnType<typeof hints>>): Server {
    const { id, name, slug, type, config, apiKey, enabled, endpoint, visibility, timeoutMs, version, createdAt, updatedAt } = record
    return {
      id,
      name,
      slug,
      type,
      config,
      apiKey: apiKey && { ...apiKey, hint: keyHints.get(id) ?? null },
      enabled,
      approved: isApproved(record),
      endpoint,
      visibility,
      profileIds: links.map(({ profileId }) => profileId),
      timeoutMs,
      status: upstreams.status(id),
      version,
      createdAt,
      updatedAt,
    }
  }

  async function announce(id: ServerId, context: Context, type: 'server.created' | 'server.updated'): Promise<Server> {
    await routing.refresh()
    const server = toServer(await find(store.read, context, id), await store.read.links.listByServer(id), await hints())
    events.emit({ type, server })
    return server
  }

  async function assertNameFree(tx: StoreWriter, ownerEmail: string | null, name: string, except?: ServerId): Promise<void> {
    if (await tx.servers.nameTaken(ownerEmail, name, except)) {
      throw new AppError('NAME_EXISTS', `There is a server "${name}" already`, { fields: [{ path: ['name'], message: 'Taken' }] })
    }
  }

  async function dropKey(tx: StoreWriter, id: ServerId): Promise<void> {
    const stored = await tx.secrets.get('server', id, API_KEY)
    if (stored) await tx.secrets.delete(stored.id)
  }

  /** Seals before the transaction, because the key to seal with may have to be waited for. @returns what stores it within one */
  async function sealKey(id: ServerId, value: string | null): Promise<(tx: StoreWriter) => Promise<void>> {
    if (value === null) return async () => {}
    const secret = newId<'secret'>()
    const sealed = await vault.seal(value, placeOf(secret))
    return async (tx) => {
      await dropKey(tx, id)
      await tx.secrets.insert({
        id: secret,
        name: API_KEY,
        scope: 'server',
        scopeId: id,
        value: sealed,
        hint: hintOf(value),
        lastUsedAt: null,
        createdAt: clock.now(),
      })
    }
  }

  return {
    async list(context: Context): Promise<Server[]> {
      const [records, links, keyHints] = await Promise.all([
        store.read.servers.list(context.principal),
        store.read.links.listAll(),
        hints(),
      ])
      const { principal } = context
      const mine = (server: ServerRecord) =>
        links.some(({ serverId, profileId }) => serverId === server.id && allowsProfile(principal, profileId))
      const seen = allowsProfile(principal, null) ? records : records.filter(mine)
      return seen.map((record) =>
        toServer(
          record,
          links.filter(({ serverId }) => serverId === record.id),
          keyHints,
        ),
      )
    },

    /** @throws AppError SERVER_NOT_FOUND */
    async get(context: Context, ref: string): Promise<Server> {
      const record = await find(store.read, context, ref)
      return toServer(record, await store.read.links.listByServer(record.id), await hints())
    },

    /**
     * Nothing is started that waits for consent. The owner who writes down the address of a remote server agrees to it
     * by doing so; a program with a token does not speak for a person.
     *
     * @throws AppError SECRETS_UNAVAILABLE, SECRETS_LOCKED, INVALID_TYPE, INVALID_CONFIG, NAME_EXISTS, POOL_EXHAUSTED, PROFILE_NOT_FOUND
     */
    async create(context: Context, input: NewServer): Promise<Server> {
      assertCreatable(input.type)
      const type = input.type
      const config = parseServerConfig(type, input.config)
      const id = newId<'server'>()
      const apiKey = input.apiKey ? parseApiKey(type, input.apiKey, null) : null
      const keepKey = await sealKey(id, apiKey?.value ?? null)
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
          apiKey: apiKey?.record ?? null,
          enabled: true,
          toolPolicy: 'all',
          approvedSha256: consentByWriting(context, type, config, apiKey?.record ?? null),
          endpoint,
          timeoutMs: input.timeoutMs ?? DEFAULT_TIMEOUT,
          teamId: owner?.personalTeamId ?? null,
          ownerEmail: email,
          visibility: 'private',
          version: 1,
          createdAt: now,
          updatedAt: now,
        })
        await keepKey(tx)
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

    /** @throws AppError SECRETS_UNAVAILABLE, SECRETS_LOCKED, SERVER_NOT_FOUND, IMMUTABLE_FIELD, INVALID_CONFIG, NAME_EXISTS, CONFLICT */
    async update(context: Context, ref: string, changes: ServerChanges): Promise<Server> {
      const present = await find(store.read, context, ref)
      const given = changes.apiKey ? parseApiKey(present.type, changes.apiKey, present.apiKey) : null
      const keepKey = await sealKey(present.id, given?.value ?? null)
      const id = await store.transaction(async (tx) => {
        const record = await find(tx, context, present.id)
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
        const apiKey = changes.apiKey === undefined ? record.apiKey : (given?.record ?? null)
        const patch = {
          ...(changes.name === undefined ? {} : { name: changes.name }),
          ...(changes.enabled === undefined ? {} : { enabled: changes.enabled }),
          ...(changes.timeoutMs === undefined ? {} : { timeoutMs: changes.timeoutMs }),
          ...(config === undefined ? {} : { config }),
          ...(changes.apiKey === undefined ? {} : { apiKey }),
          ...(config === undefined && changes.apiKey === undefined
            ? {}
            : { approvedSha256: consentByWriting(context, record.type, config ?? record.config, apiKey) }),
        }
        const updated = await tx.servers.update(record.id, patch, clock.now(), changes.version)
        if (!updated) throw new AppError('CONFLICT', `"${record.name}" was changed in the meantime`, { data: { version: record.version } })
        await keepKey(tx)
        if (changes.apiKey === null) await dropKey(tx, record.id)
        return record.id
      })
      const server = await announce(id, context, 'server.updated')
      // A key that is another one is not seen in the configuration.
      if (given?.value && upstreams.status(id).state !== 'disconnected') void upstreams.restart(id).catch(() => {})
      else if (server.enabled) upstreams.warm(id)
      return { ...server, status: upstreams.status(id) }
    },

    /** It leaves every list and profile at once and keeps its endpoint. @throws AppError SERVER_NOT_FOUND, IMMUTABLE_FIELD */
    async delete(context: Context, ref: string): Promise<{ profileIds: string[] }> {
      const { id, profileIds } = await store.transaction(async (tx) => {
        const record = await find(tx, context, ref)
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
      return upstreams.status((await find(store.read, context, ref)).id)
    },

    /** What the server listed last; starts it if it was never listed. */
    async tools(context: Context, ref: string): Promise<Tool[]> {
      const { id } = await find(store.read, context, ref)
      const known = upstreams.tools(id)
      if (!known) upstreams.warm(id)
      return known ?? []
    },

    /** Records that a person has seen what runs and agreed, and starts it. @throws AppError SERVER_NOT_FOUND, CONFLICT */
    async approve(context: Context, ref: string, version: number): Promise<Server> {
      const id = await store.transaction(async (tx) => {
        const record = await find(tx, context, ref)
        const approved = await tx.servers.update(
          record.id,
          { approvedSha256: consentSha256(record.type, record.config, record.apiKey) },
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
      const record = await find(store.read, context, ref)
      if (!isApproved(record)) throw new AppError('APPROVAL_REQUIRED', `Nobody has agreed to run "${record.name}" yet`)
      return upstreams.restart(record.id)
    },
  }
}

export type ServerService = ReturnType<typeof createServerService>
