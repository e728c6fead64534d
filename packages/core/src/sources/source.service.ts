import type { Source, SourceType } from '@local-mcp/contract'
import { AppError, newId, type SourceId } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import type { SourceRecord } from '../records.ts'
import type { StoreReader, StoreWriter } from '../store.ports.ts'
import { secretPlace } from './source-look-up.ts'
import { isMask, maskOf, parseSource } from './source-metadata.ts'
import { referencesIn, sameName } from './source-references.ts'

export interface NewSource {
  readonly name: string
  readonly type: SourceType
  readonly metadata: Readonly<Record<string, string>>
  readonly secretKeys?: readonly string[] | undefined
}

export interface SourceChanges {
  readonly name?: string | undefined
  readonly type?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly secretKeys?: readonly string[] | undefined
  readonly updatedAt?: number | undefined
}

type Users = Awaited<ReturnType<StoreReader['sources']['users']>>

/** Credentials and settings that several servers may use. What is secret of them is stored as ciphertext alone. */
export function createSourceService({
  store,
  events,
  clock,
  routing,
  upstreams,
  vault,
  announceServers,
}: ServiceDependencies & {
  /** Told of servers whose sources changed, after the routes did. */
  readonly announceServers: (context: Context, ids: readonly string[]) => Promise<void>
}) {
  async function find(reader: Pick<StoreReader, 'sources'>, context: Context, ref: string): Promise<SourceRecord> {
    const record = await reader.sources.get(context.principal, ref)
    if (!record) throw new AppError('SOURCE_NOT_FOUND', `There is no source "${ref}"`)
    return record
  }

  function toSource(record: SourceRecord, users: Users): Source {
    const { id, name, type, metadata, visibility, createdAt, updatedAt } = record
    return {
      id,
      name,
      type,
      metadata: { ...metadata },
      secretKeys: Object.keys(metadata).filter((key) => isMask(metadata[key] ?? '')),
      serverIds: users.filter(({ sourceId, deleted }) => sourceId === id && !deleted).map(({ serverId }) => serverId),
      visibility,
      createdAt,
      updatedAt,
    }
  }

  async function announce(id: SourceId, context: Context, type: 'source.created' | 'source.updated'): Promise<Source> {
    const source = toSource(await find(store.read, context, id), await store.read.sources.users())
    events.emit({ type, source })
    return source
  }

  async function assertNameFree(tx: StoreWriter, ownerEmail: string | null, name: string, except?: SourceId): Promise<void> {
    if (await tx.sources.nameTaken(ownerEmail, name, except))
      throw new AppError('NAME_EXISTS', `There is a source "${name}" already`, { fields: [{ path: ['name'], message: 'Taken' }] })
  }

  /** What is shown and what is sealed. Sealed before any transaction: the vault may need one itself. */
  async function seal(id: SourceId, parsed: ReturnType<typeof parseSource>, before: SourceRecord | null) {
    const kept = Object.values(parsed.secret).includes(null) && before?.sealed
    const stored = kept ? (JSON.parse(await vault.open(kept, secretPlace(id))) as Record<string, string>) : {}
    const secrets = Object.fromEntries(Object.entries(parsed.secret).map(([key, value]) => [key, value ?? stored[key] ?? '']))
    const masks = Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, maskOf(value)]))
    const sealed = Object.keys(secrets).length === 0 ? null : await vault.seal(JSON.stringify(secrets), secretPlace(id))
    return { metadata: { ...parsed.plain, ...masks }, sealed }
  }

  const inUse = (name: string, users: Users) =>
    new AppError(
      'SOURCE_IN_USE',
      `"${name}" is used by ${users.map(({ serverName, deleted }) => `"${serverName}"${deleted ? ' (deleted)' : ''}`).join(', ')}`,
      {
        data: { servers: users.map(({ serverId, serverName, deleted }) => ({ id: serverId, name: serverName, deleted })) },
      },
    )

  return {
    async list({ principal }: Context): Promise<Source[]> {
      const [records, users] = await Promise.all([store.read.sources.list(principal), store.read.sources.users()])
      return records.map((record) => toSource(record, users))
    },

    /** @throws AppError SOURCE_NOT_FOUND */
    async get(context: Context, ref: string): Promise<Source> {
      return toSource(await find(store.read, context, ref), await store.read.sources.users())
    },

    /** @throws AppError VALIDATION_ERROR, NAME_EXISTS, SECRETS_UNAVAILABLE, SECRETS_LOCKED */
    async create(context: Context, { name, type, metadata, secretKeys }: NewSource): Promise<Source> {
      const id = newId<'source'>()
      const parsed = parseSource(type, metadata, secretKeys)
      const content = await seal(id, parsed, null)
      await store.transaction(async (tx) => {
        const { email } = context.principal
        await assertNameFree(tx, email, name)
        const owner = await tx.identity.localOwner()
        const now = clock.now()
        const own = { teamId: owner?.personalTeamId ?? null, ownerEmail: email, visibility: 'private' as const }
        await tx.sources.insert({ id, name, type, ...content, ...own, createdAt: now, updatedAt: now })
      })
      return announce(id, context, 'source.created')
    },

    /**
     * Servers that use it start anew with the new values.
     * @throws AppError SOURCE_NOT_FOUND, IMMUTABLE_FIELD, VALIDATION_ERROR, NAME_EXISTS, CONFLICT, SECRETS_…;
     *   SOURCE_IN_USE where servers refer to it by a name that it would lose
     */
    async update(context: Context, ref: string, changes: SourceChanges): Promise<Source> {
      const before = await find(store.read, context, ref)
      const { id } = before
      if (changes.type !== undefined && changes.type !== before.type)
        throw new AppError('IMMUTABLE_FIELD', 'The type of a source never changes', {
          fields: [{ path: ['type'], message: 'Cannot be changed' }],
          next: 'Create a new source instead.',
        })
      const parsed = changes.metadata && parseSource(before.type, changes.metadata, changes.secretKeys, before.metadata)
      const content = parsed && (await seal(id, parsed, before))
      await store.transaction(async (tx) => {
        const { name } = changes
        if (name !== undefined) await assertNameFree(tx, before.ownerEmail, name, id)
        if (name !== undefined && !sameName(name, before.name)) {
          const referring = (await tx.sources.users()).filter(({ sourceId }) => sourceId === id)
          const bound = new Set(
            (await tx.servers.list(context.principal))
              .filter((server) => referencesIn(server.config).some((one) => sameName(one.name, before.name)))
              .map((server) => server.id),
          )
          const users = referring.filter(({ serverId }) => bound.has(serverId))
          if (users.length > 0) throw inUse(before.name, users)
        }
        const patch = { ...(name === undefined ? {} : { name }), ...content }
        const updated = await tx.sources.update(id, patch, clock.now(), changes.updatedAt ?? before.updatedAt)
        if (!updated) throw new AppError('CONFLICT', `"${before.name}" was changed in the meantime`)
      })
      await routing.refresh()
      return announce(id, context, 'source.updated')
    },

    /**
     * @param force takes it off the servers that use it; they say from then on that they miss it
     * @throws AppError SOURCE_NOT_FOUND, SOURCE_IN_USE
     */
    async delete(context: Context, ref: string, force = false): Promise<{ serverIds: string[] }> {
      const { id, users } = await store.transaction(async (tx) => {
        const record = await find(tx, context, ref)
        const using = (await tx.sources.users()).filter(({ sourceId }) => sourceId === record.id)
        if (using.length > 0 && !force) throw inUse(record.name, using)
        for (const { serverId } of using) await tx.servers.loseSource(serverId, record.name)
        await tx.sources.delete(record.id)
        return { id: record.id, users: using }
      })
      await routing.refresh()
      events.emit({ type: 'source.deleted', sourceId: id })
      const live = users.filter(({ deleted }) => !deleted).map(({ serverId }) => serverId)
      // The next start says what is missing; it is better said now.
      for (const serverId of live) upstreams.warm(serverId)
      await announceServers(context, live)
      return { serverIds: live }
    },
  }
}

export type SourceService = ReturnType<typeof createSourceService>
