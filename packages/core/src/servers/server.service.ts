import {
  type ApiKeyInput,
  type Server,
  type ServerConfig,
  type ServerLog,
  type ServerRefresh,
  type ServerStatus,
  type ServerType,
  type Snippet,
  slugFor,
} from '@local-mcp/contract'
import { AppError, newId, type ServerId } from '@local-mcp/kernel'
import { allowsProfile, allowsServer, type Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { findServer } from '../find.ts'
import { findPreset } from '../presets/preset-list.ts'
import { endOf, newLink } from '../profiles/profile.service.ts'
import type { ApiKeyRecord, ServerRecord } from '../records.ts'
import type { PoolRow } from '../store.ports.ts'
import { parseApiKey } from './api-key.ts'
import { agreedProgram, consentSha256, consentTo, isApproved } from './consent.ts'
import { assertCreatable, parseServerConfig } from './server-config.ts'
import { createServerDesk } from './server-desk.ts'
import { createServerKeys } from './server-keys.ts'
import { createServerRemoval } from './server-removal.ts'
import { assertReferences, ownSources, sourceIdsOf } from './server-sources.ts'

export interface NewServer {
  readonly name: string
  readonly type: string
  readonly config: unknown
  readonly apiKey?: ApiKeyInput | undefined
  readonly timeoutMs?: number | undefined
  readonly keepAlive?: boolean | undefined
  readonly sourceIds?: readonly string[] | undefined
  readonly presetId?: string | undefined
  readonly profiles?: readonly string[] | undefined
}

export interface ServerChanges {
  readonly name?: string | undefined
  readonly config?: unknown
  /** Null: none any more. */
  readonly apiKey?: ApiKeyInput | null | undefined
  readonly enabled?: boolean | undefined
  readonly timeoutMs?: number | undefined
  readonly keepAlive?: boolean | undefined
  readonly sourceIds?: readonly string[] | undefined
  readonly type?: string | undefined
  readonly endpoint?: string | undefined
  readonly version?: number | undefined
}

const DEFAULT_TIMEOUT = 30_000
/** The consent that lies in the owner's writing the configuration: never for what starts a program. */
function consentByWriting({ principal }: Context, type: ServerType, config: ServerConfig, apiKey: ApiKeyRecord | null): string | null {
  return (type === 'remote_http' || type === 'remote_sse') && principal.token === null ? consentSha256(type, config, apiKey) : null
}

/** How many deleted servers the message names. */
const NAMED = 5

/** Who could make room is said: the deleted servers that still have an endpoint. */
function exhausted(rows: readonly PoolRow[]): AppError {
  const deleted = rows.flatMap(({ holder, retiredAt }) => (holder?.deletedAt && retiredAt === null ? [holder] : []))
  const names = deleted.flatMap(({ name }) => (name === null ? [] : [`"${name}"`]))
  const more = deleted.length > NAMED ? ', …' : ''
  const kept = deleted.length === 0 ? '' : `; deleted servers keep ${deleted.length} of them: ${names.slice(0, NAMED).join(', ')}${more}`
  const places = rows.filter(({ retiredAt }) => retiredAt === null).length
  return new AppError('POOL_EXHAUSTED', `All ${places} endpoints of the pool are taken${kept}`, {
    data: { deletedHolders: deleted.map(({ id, name }) => ({ id, name })) },
  })
}

/** Writing down again what was agreed to takes nothing back. */
function consentAfter(context: Context, record: ServerRecord, config: ServerConfig, apiKey: ApiKeyRecord | null): string | null {
  return isApproved({ ...record, config, apiKey }) ? record.approvedSha256 : consentByWriting(context, record.type, config, apiKey)
}

/** Registered servers: what they are, who agreed to them, and how they are doing. */
export function createServerService(dependencies: ServiceDependencies) {
  const { store, clock, upstreams } = dependencies
  const desk = createServerDesk(dependencies)
  const { toServer, changesOf, hints, load, announce, assertNameFree } = desk
  const keys = createServerKeys(dependencies)

  /** @param choose of the ids that it has, those that it is to have */
  async function changeSources(context: Context, ref: string, choose: (present: readonly string[]) => readonly string[]): Promise<Server> {
    const id = await store.transaction(async (tx) => {
      const record = await findServer(tx, context, ref)
      const wanted = await ownSources(tx, context, choose(sourceIdsOf(record)))
      await tx.servers.setSources(
        record.id,
        wanted.map((source) => source.id),
      )
      return record.id
    })
    const server = await announce(id, context, 'server.updated')
    upstreams.warm(id)
    return { ...server, status: upstreams.status(id) }
  }

  return {
    ...createServerRemoval(dependencies, desk),

    async list(context: Context): Promise<Server[]> {
      const [records, links, changes, keyHints] = await Promise.all([
        store.read.servers.list(context.principal),
        store.read.links.listAll(),
        store.read.tools.countChanges(),
        hints(),
      ])
      const { principal } = context
      const mine = (server: ServerRecord) =>
        links.some(({ serverId, profileId }) => serverId === server.id && allowsProfile(principal, profileId))
      const allowed = records.filter(({ id }) => allowsServer(principal, id))
      const seen = allowsProfile(principal, null) ? allowed : allowed.filter(mine)
      return Promise.all(
        seen.map(async (record) =>
          toServer(
            record,
            links.filter(({ serverId }) => serverId === record.id),
            await changesOf(record.id, changes),
            keyHints,
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
     * @throws AppError SECRETS_UNAVAILABLE, SECRETS_LOCKED, INVALID_TYPE, INVALID_CONFIG, PRESET_NOT_FOUND, NAME_EXISTS, POOL_EXHAUSTED,
     *   PROFILE_NOT_FOUND
     */
    async create(context: Context, input: NewServer): Promise<Server> {
      assertCreatable(input.type)
      const type = input.type
      const config = parseServerConfig(type, input.config)
      const presetId = input.presetId === undefined ? null : findPreset(input.presetId).id
      const id = newId<'server'>()
      const apiKey = input.apiKey ? parseApiKey(type, input.apiKey, null) : null
      const keepKey = await keys.seal(id, apiKey?.value ?? null)
      const { sourceIds = [] } = input
      const linkedTo = await store.transaction(async (tx) => {
        const { email } = context.principal
        await assertNameFree(tx, email, input.name)
        const sources = await ownSources(tx, context, sourceIds)
        assertReferences(config, sources)
        const endpoint = await tx.pool.firstFree()
        if (!endpoint) throw exhausted(await tx.pool.list(context.principal))
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
          sources: [],
          lostSources: [],
          timeoutMs: input.timeoutMs ?? DEFAULT_TIMEOUT,
          keepAlive: input.keepAlive ?? false,
          presetId,
          teamId: owner?.personalTeamId ?? null,
          ownerEmail: email,
          visibility: 'private',
          version: 1,
          createdAt: now,
          updatedAt: now,
        })
        await keepKey(tx)
        await tx.servers.setSources(
          id,
          sources.map((source) => source.id),
        )
        const refs = [...new Set(input.profiles ?? [])]
        const profiles = await Promise.all(
          refs.map(async (ref) => {
            const profile = await tx.profiles.get(context.principal, ref)
            if (!profile) throw new AppError('PROFILE_NOT_FOUND', `There is no profile "${ref}"`)
            return profile
          }),
        )
        for (const profile of profiles) await tx.links.insert(newLink(profile.id, id, endOf(await tx.links.listByProfile(profile.id))), now)
        return profiles.length > 0
      })
      const server = await announce(id, context, 'server.created')
      // A remote server needs no consent; connecting at once tells early whether the address is right.
      if (linkedTo || server.approved) upstreams.warm(id)
      return { ...server, status: upstreams.status(id) }
    },

    /** @throws AppError SECRETS_UNAVAILABLE, SECRETS_LOCKED, SERVER_NOT_FOUND, IMMUTABLE_FIELD, INVALID_CONFIG, NAME_EXISTS, CONFLICT */
    async update(context: Context, ref: string, changes: ServerChanges): Promise<Server> {
      const before = await findServer(store.read, context, ref)
      const given = changes.apiKey ? parseApiKey(before.type, changes.apiKey, before.apiKey) : null
      const keepKey = await keys.seal(before.id, given?.value ?? null)
      const id = await store.transaction(async (tx) => {
        const record = await findServer(tx, context, before.id)
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
        const present = sourceIdsOf(record)
        const sources = changes.sourceIds
          ? await ownSources(tx, context, changes.sourceIds)
          : (await tx.sources.list(context.principal)).filter((source) => present.includes(source.id))
        if (config) assertReferences(config, sources)
        if (changes.sourceIds)
          await tx.servers.setSources(
            record.id,
            sources.map((source) => source.id),
          )
        const patch = {
          ...(changes.name === undefined ? {} : { name: changes.name }),
          ...(changes.enabled === undefined ? {} : { enabled: changes.enabled }),
          ...(changes.timeoutMs === undefined ? {} : { timeoutMs: changes.timeoutMs }),
          ...(changes.keepAlive === undefined ? {} : { keepAlive: changes.keepAlive }),
          ...(config === undefined ? {} : { config }),
          ...(changes.apiKey === undefined ? {} : { apiKey }),
          ...(config === undefined && changes.apiKey === undefined
            ? {}
            : { approvedSha256: consentAfter(context, record, config ?? record.config, apiKey) }),
        }
        const updated = await tx.servers.update(record.id, patch, clock.now(), changes.version)
        if (!updated) throw new AppError('CONFLICT', `"${record.name}" was changed in the meantime`, { data: { version: record.version } })
        await keepKey(tx)
        if (changes.apiKey === null) await keys.drop(tx, record.id)
        return record.id
      })
      const server = await announce(id, context, 'server.updated')
      // A key that is another one is not seen in the configuration.
      if (given?.value && upstreams.status(id).state !== 'disconnected') void upstreams.restart(id).catch(() => {})
      else if (server.enabled) upstreams.warm(id)
      return { ...server, status: upstreams.status(id) }
    },

    /** Replaces, adds, removes: each may be repeated. @throws AppError SERVER_NOT_FOUND, VALIDATION_ERROR for a source of somebody else */
    setSources: (context: Context, ref: string, ids: readonly string[]) => changeSources(context, ref, () => ids),
    addSource: (context: Context, ref: string, id: string) => changeSources(context, ref, (present) => [...present, id]),
    removeSource: (context: Context, ref: string, id: string) =>
      changeSources(context, ref, (present) => present.filter((one) => one !== id)),

    /** Tells of servers that are not what they were, though nobody changed them. */
    async retell(context: Context, ids: readonly string[]): Promise<void> {
      for (const id of ids) await announce(id as ServerId, context, 'server.updated')
    },

    async status(context: Context, ref: string): Promise<ServerStatus> {
      return upstreams.status((await findServer(store.read, context, ref)).id)
    },

    /**
     * Records that a person has seen what runs and agreed, and starts it.
     *
     * @param shown the program that was shown, where one was; null for one that was not found
     * @throws AppError SERVER_NOT_FOUND, CONFLICT, INVALID_CONFIG
     */
    async approve(context: Context, ref: string, version: number, shown?: string | null): Promise<Server> {
      const changed = (name: string, how: string) =>
        new AppError('CONFLICT', `"${name}" ${how}`, { next: 'Read again what it runs, then approve it.' })
      const seen = await findServer(store.read, context, ref)
      if (seen.version !== version) throw changed(seen.name, 'was changed after you looked at it')
      // What comes from a file was never checked.
      if (seen.type === 'external') parseServerConfig(seen.type, seen.config)
      const program = await upstreams.identify(seen.config)
      if (shown !== undefined && shown !== (program?.path ?? null))
        throw changed(seen.name, 'would run another program than the one that was shown')
      const id = await store.transaction(async (tx) => {
        const record = await findServer(tx, context, ref)
        const approvedSha256 = consentTo(record, program)
        const approved = await tx.servers.update(record.id, { approvedSha256 }, clock.now(), version)
        if (!approved) throw changed(record.name, 'was changed after you looked at it')
        return record.id
      })
      const server = await announce(id, context, 'server.updated')
      upstreams.warm(id)
      return { ...server, status: upstreams.status(id) }
    },

    /** Nothing of it is stored, run or contacted. @throws AppError SNIPPET_UNREADABLE */
    async readSnippet(text: string): Promise<Snippet> {
      // Its readers of JSON, TOML and YAML are not loaded before somebody pastes.
      const { readSnippet } = await import('../snippets/read-snippet.ts')
      return readSnippet(text)
    },

    /** Which program its command means now, and which was agreed to. @throws AppError SERVER_NOT_FOUND */
    async program(context: Context, ref: string): Promise<{ path: string | null; agreed: string | null }> {
      const record = await findServer(store.read, context, ref)
      return { path: (await upstreams.identify(record.config))?.path ?? null, agreed: agreedProgram(record)?.path ?? null }
    },

    async restart(context: Context, ref: string): Promise<ServerStatus> {
      const record = await findServer(store.read, context, ref)
      if (!isApproved(record)) throw new AppError('APPROVAL_REQUIRED', `Nobody has agreed to run "${record.name}" yet`)
      return upstreams.restart(record.id)
    },

    /** @throws AppError SERVER_NOT_FOUND, APPROVAL_REQUIRED, AUTH_REQUIRED */
    async refresh(context: Context, ref: string): Promise<ServerRefresh> {
      const record = await findServer(store.read, context, ref)
      if (!isApproved(record)) throw new AppError('APPROVAL_REQUIRED', `Nobody has agreed to run "${record.name}" yet`)
      const refreshed = await upstreams.refresh(record.id)
      if (refreshed.status.state === 'auth_required') throw new AppError('AUTH_REQUIRED', `"${record.name}" wants a sign-in`)
      return refreshed
    },

    /** @throws AppError SERVER_NOT_FOUND */
    async logs(context: Context, ref: string): Promise<ServerLog> {
      return upstreams.logs((await findServer(store.read, context, ref)).id)
    },
  }
}

export type ServerService = ReturnType<typeof createServerService>
