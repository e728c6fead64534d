import type { Server } from '@local-mcp/contract'
import { AppError, type ServerId } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { findServer } from '../find.ts'
import type { LinkRecord, ServerRecord } from '../records.ts'
import type { StoreWriter } from '../store.ports.ts'
import { isApproved } from './consent.ts'
import { missingSources, sourceIdsOf } from './server-sources.ts'

/** By what the API keys of servers are recognised, by server. */
type KeyHints = ReadonlyMap<string | null, string | null>

/** What every operation on servers begins and ends with. */
export function createServerDesk({ store, events, routing, upstreams }: ServiceDependencies) {
  function toServer(record: ServerRecord, links: readonly LinkRecord[], toolChanges: number, keyHints: KeyHints): Server {
    const {
      id,
      name,
      slug,
      type,
      config,
      apiKey,
      enabled,
      endpoint,
      visibility,
      timeoutMs,
      presetId,
      keepAlive,
      toolPolicy,
      version,
      createdAt,
      updatedAt,
    } = record
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
      sourceIds: sourceIdsOf(record),
      missingSources: missingSources(record),
      timeoutMs,
      presetId,
      keepAlive,
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

  async function hints(): Promise<KeyHints> {
    const keys = (await store.read.secrets.list()).filter(({ scope }) => scope === 'server')
    return new Map(keys.map(({ scopeId, hint }) => [scopeId, hint]))
  }

  async function load(record: ServerRecord): Promise<Server> {
    const [links, changes, keyHints] = await Promise.all([
      store.read.links.listByServer(record.id),
      store.read.tools.countChanges(),
      hints(),
    ])
    return toServer(record, links, await changesOf(record.id, changes), keyHints)
  }

  /** After a commit: new routes first, so that whoever hears of the change can already use it. */
  async function announce(id: ServerId, context: Context, type: 'server.created' | 'server.updated' | 'server.restored'): Promise<Server> {
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

  return { toServer, changesOf, hints, load, announce, assertNameFree }
}

export type ServerDesk = ReturnType<typeof createServerDesk>
