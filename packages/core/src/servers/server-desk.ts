import type { Server } from '@local-mcp/contract'
import { AppError, type ServerId } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import type { LinkRecord, ServerRecord } from '../records.ts'
import type { StoreReader, StoreWriter } from '../store.ports.ts'
import { isApproved } from './consent.ts'
import { missingSources, sourceIdsOf } from './server-sources.ts'

/** What every operation on servers begins and ends with. */
export function createServerDesk({ store, events, routing, upstreams }: ServiceDependencies) {
  async function find(reader: Pick<StoreReader, 'servers'>, context: Context, ref: string): Promise<ServerRecord> {
    const record = await reader.servers.get(context.principal, ref)
    if (!record) throw new AppError('SERVER_NOT_FOUND', `There is no server "${ref}"`)
    return record
  }

  function toServer(record: ServerRecord, links: readonly LinkRecord[]): Server {
    const { id, name, slug, type, config, enabled, endpoint, visibility, timeoutMs, version, createdAt, updatedAt } = record
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
      sourceIds: sourceIdsOf(record),
      missingSources: missingSources(record),
      timeoutMs,
      status: upstreams.status(id),
      version,
      createdAt,
      updatedAt,
    }
  }

  /** After a commit: new routes first, so that whoever hears of the change can already use it. */
  async function announce(id: ServerId, context: Context, type: 'server.created' | 'server.updated' | 'server.restored'): Promise<Server> {
    await routing.refresh()
    const server = toServer(await find(store.read, context, id), await store.read.links.listByServer(id))
    events.emit({ type, server })
    return server
  }

  async function assertNameFree(tx: StoreWriter, ownerEmail: string | null, name: string, except?: ServerId): Promise<void> {
    if (await tx.servers.nameTaken(ownerEmail, name, except)) {
      throw new AppError('NAME_EXISTS', `There is a server "${name}" already`, { fields: [{ path: ['name'], message: 'Taken' }] })
    }
  }

  return { find, toServer, announce, assertNameFree }
}

export type ServerDesk = ReturnType<typeof createServerDesk>
