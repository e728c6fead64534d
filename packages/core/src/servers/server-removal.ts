import type { DeletedServer, Server } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { findServer } from '../find.ts'
import type { DeletedServerRecord, LinkRecord, ServerRecord } from '../records.ts'
import type { StoreWriter } from '../store.ports.ts'
import type { ServerDesk } from './server-desk.ts'

/** How servers go, come back, and end for good. */
export function createServerRemoval(
  { store, events, clock, routing, upstreams }: ServiceDependencies,
  { announce, assertNameFree }: ServerDesk,
) {
  async function findDeleted(tx: StoreWriter, context: Context, ref: string): Promise<DeletedServerRecord> {
    const record = await tx.servers.getDeleted(context.principal, ref)
    if (record) return record
    const { name } = await findServer(tx, context, ref)
    throw new AppError('NOT_DELETED', `"${name}" is not deleted`)
  }

  async function inUse(tx: StoreWriter, context: Context, { name }: ServerRecord, links: readonly LinkRecord[]): Promise<AppError> {
    const profiles = (await tx.profiles.list(context.principal)).filter(({ id }) => links.some(({ profileId }) => profileId === id))
    return new AppError(
      'SERVER_IN_USE',
      `"${name}" is in use by ${profiles.map((profile) => `"${profile.name}"`).join(', ') || 'a profile'}`,
      {
        data: { profiles: profiles.map(({ id, slug }) => ({ id, slug })) },
      },
    )
  }

  return {
    /**
     * It leaves every list and profile at once, and keeps endpoint, links and tokens for its return.
     * @throws AppError SERVER_NOT_FOUND, IMMUTABLE_FIELD; SERVER_IN_USE where `ifUnused` and a profile has it
     */
    async delete(context: Context, ref: string, ifUnused = false): Promise<{ profileIds: string[] }> {
      const { id, profileIds } = await store.transaction(async (tx) => {
        const record = await findServer(tx, context, ref)
        if (record.type === 'builtin')
          throw new AppError('IMMUTABLE_FIELD', 'The built-in server cannot be deleted', {
            next: 'Switch it off, or remove it from the profile.',
          })
        const links = await tx.links.listByServer(record.id)
        if (ifUnused && links.length > 0) throw await inUse(tx, context, record, links)
        await tx.servers.softDelete(record.id, clock.now())
        return { id: record.id, profileIds: links.map(({ profileId }) => profileId) }
      })
      await routing.refresh()
      events.emit({ type: 'server.deleted', serverId: id })
      return { profileIds }
    },

    /** The deleted servers, the newest deletion first. */
    async deleted(context: Context): Promise<DeletedServer[]> {
      const records = await store.read.servers.listDeleted(context.principal)
      return Promise.all(
        records.map(async ({ id, name, slug, type, endpoint, ownerEmail, deletedAt }) => ({
          id,
          name,
          slug,
          type,
          endpoint,
          deletedAt,
          profileIds: (await store.read.links.listByServer(id)).map(({ profileId }) => profileId),
          nameTaken: await store.read.servers.nameTaken(ownerEmail, name),
        })),
      )
    },

    /**
     * Brings a deleted server back: the same id, endpoint, links and tokens. What it runs cannot have changed meanwhile,
     * so a consent that was given to it still holds.
     * @throws AppError SERVER_NOT_FOUND, NOT_DELETED, NAME_EXISTS
     */
    async restore(context: Context, ref: string, newName?: string): Promise<Server> {
      const id = await store.transaction(async (tx) => {
        const record = await findDeleted(tx, context, ref)
        const name = newName ?? record.name
        await assertNameFree(tx, record.ownerEmail, name)
        await tx.servers.restore(record.id, name, clock.now())
        return record.id
      })
      const server = await announce(id, context, 'server.restored')
      upstreams.warm(id)
      return { ...server, status: upstreams.status(id) }
    },

    /** Ends a deleted server for good. @throws AppError SERVER_NOT_FOUND, NOT_DELETED */
    async purge(context: Context, ref: string): Promise<void> {
      const id = await store.transaction(async (tx) => {
        const record = await findDeleted(tx, context, ref)
        await tx.servers.purge(record.id)
        return record.id
      })
      upstreams.forget(id)
      events.emit({ type: 'server.purged', serverId: id })
    },
  }
}
