import type { Secret, VaultStatus } from '@local-mcp/contract'
import { type AccountId, AppError, isId, newId, type SecretId, type ServerId } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import type { SecretRecord, ServerRecord } from '../records.ts'
import { hintOf } from './hint.ts'
import { secretsUsedBy } from './references.ts'
import { placeOf, type SecretSource } from './secret-source.ts'
import { ofSignIns } from './sign-in-lines.ts'
import type { KeyChoice, VaultKeeper } from './vault-keeper.ports.ts'

interface SecretDependencies extends Pick<ServiceDependencies, 'store' | 'events' | 'clock' | 'routing' | 'upstreams'> {
  readonly vault: VaultKeeper
  readonly source: SecretSource
  /** When the token of an account was used in this life; 0: not yet. */
  readonly signInUsed: (id: AccountId) => number
}

/** States of a server that a new or opened secret may mend, or that hold a former value. */
const AFFECTED = new Set(['connected', 'connecting', 'error', 'auth_required'])

/** What is stored sealed: written and used, never read back by anybody. */
export function createSecretService({ store, events, clock, routing, upstreams, vault, source, signInUsed }: SecretDependencies) {
  const has = ({ scope, scopeId, name }: SecretRecord, server: ServerRecord) =>
    scope === 'server' ? server.id === scopeId : scope === 'global' && secretsUsedBy(server.config).has(name)

  /** The live servers that have it. */
  const liveUsersOf = (record: SecretRecord) => [...routing.current().servers.values()].filter((server) => has(record, server))

  /** Those that were deleted and can come back are told apart: a secret that they need is not one that nobody needs. */
  function usersOf(record: SecretRecord, deleted: readonly ServerRecord[]): Secret['usedBy'] {
    const gone = deleted.filter((server) => has(record, server))
    return [
      ...liveUsersOf(record).map(({ id, name }) => ({ id, name, deleted: false })),
      ...gone.map(({ id, name }) => ({ id, name, deleted: true })),
    ]
  }

  const deletedServers = ({ principal }: Context) => store.read.servers.listDeleted(principal)

  function toSecret(record: SecretRecord, deleted: readonly ServerRecord[]): Secret {
    const { id, name, scope, hint, lastUsedAt, createdAt } = record
    return {
      id,
      kind: scope === 'server' ? 'api_key' : 'named',
      name,
      hint,
      usedBy: usersOf(record, deleted),
      lastUsedAt: Math.max(lastUsedAt ?? 0, source.lastUsed(id)) || null,
      createdAt,
    }
  }

  /** The secret values of sources, as one line for each source. */
  async function ofSources({ principal }: Context): Promise<Secret[]> {
    const [sources, users] = await Promise.all([store.read.sources.list(principal), store.read.sources.users()])
    return sources.flatMap(({ id, name, sealed, createdAt }) => {
      if (sealed === null) return []
      const using = users.filter(({ sourceId }) => sourceId === id)
      const usedBy = using.map(({ serverId, serverName, deleted }) => ({ id: serverId, name: serverName, deleted }))
      return [{ id, kind: 'source' as const, name, hint: null, usedBy, lastUsedAt: null, createdAt }]
    })
  }

  /** @param ref id, or name of one that has a name */
  async function find(ref: string): Promise<SecretRecord> {
    const record = isId(ref)
      ? (await store.read.secrets.list()).find(({ id }) => id === ref)
      : await store.read.secrets.get('global', null, ref)
    if (!record) throw new AppError('SECRET_NOT_FOUND', `There is no secret "${ref}"`)
    return record
  }

  /** Servers that run with what it was, or wait for it. Nobody waits for them. */
  function renew(servers: readonly { readonly id: ServerId }[]): void {
    for (const { id } of servers) if (AFFECTED.has(upstreams.status(id).state)) void upstreams.restart(id).catch(() => {})
  }

  const changed = () => events.emit({ type: 'secrets.changed' })

  /** After the key was found: whoever needed it tries again. */
  function found(status: VaultStatus): VaultStatus {
    if (status.state === 'ready') {
      renew([...routing.current().servers.values()].filter(({ id }) => upstreams.status(id).problem?.code === 'SECRETS_LOCKED'))
    }
    changed()
    return status
  }

  return {
    /** Everything that is stored sealed for servers: the ledger. Sign-ins come after what somebody entered, sources last. */
    async list(context: Context): Promise<Secret[]> {
      const [records, deleted, sources] = await Promise.all([store.read.secrets.list(), deletedServers(context), ofSources(context)])
      const servers = [
        ...[...routing.current().servers.values()].map(({ id, name }) => ({ id, name, deleted: false })),
        ...deleted.map(({ id, name }) => ({ id, name, deleted: true })),
      ]
      const entered = records.filter(({ scope }) => scope !== 'source').map((record) => toSecret(record, deleted))
      return [...entered, ...(await ofSignIns(store.read.oauth, servers, signInUsed)), ...sources]
    },

    /** @throws AppError NAME_EXISTS, SECRETS_UNAVAILABLE, SECRETS_LOCKED */
    async create(context: Context, { name, value }: { readonly name: string; readonly value: string }): Promise<Secret> {
      const id = newId<'secret'>()
      const sealed = await vault.seal(value, placeOf(id))
      const record: SecretRecord = {
        id,
        name,
        scope: 'global',
        scopeId: null,
        value: sealed,
        hint: hintOf(value),
        lastUsedAt: null,
        createdAt: clock.now(),
      }
      await store.transaction(async (tx) => {
        if (await tx.secrets.get('global', null, name)) {
          throw new AppError('NAME_EXISTS', `There is a secret "${name}" already`, {
            fields: [{ path: ['name'], message: 'Taken' }],
            next: 'Replace its value, or choose another name.',
          })
        }
        await tx.secrets.insert(record)
      })
      renew(liveUsersOf(record))
      changed()
      return toSecret(record, await deletedServers(context))
    },

    /** @throws AppError SECRET_NOT_FOUND, SECRETS_UNAVAILABLE, SECRETS_LOCKED */
    async replace(context: Context, ref: string, value: string): Promise<Secret> {
      const record = await find(ref)
      const sealed = { value: await vault.seal(value, placeOf(record.id)), hint: hintOf(value) }
      await store.transaction((tx) => tx.secrets.replace(record.id, sealed, clock.now()))
      renew(liveUsersOf(record))
      changed()
      return toSecret({ ...record, ...sealed }, await deletedServers(context))
    },

    /** Works without the key. @throws AppError SECRET_NOT_FOUND, SECRET_IN_USE naming the servers */
    async delete(context: Context, ref: string, force = false): Promise<Pick<Secret, 'usedBy'>> {
      const record = await find(ref)
      const usedBy = usersOf(record, await deletedServers(context))
      if (usedBy.length > 0 && !force) {
        throw new AppError(
          'SECRET_IN_USE',
          `Used by ${usedBy.map(({ name, deleted }) => `"${name}"${deleted ? ' (deleted)' : ''}`).join(', ')}`,
          { data: { usedBy } },
        )
      }
      await store.transaction((tx) => tx.secrets.delete(record.id as SecretId))
      renew(liveUsersOf(record))
      changed()
      return { usedBy }
    },

    vault: (): Promise<VaultStatus> => vault.status(),
    unlock: async (passphrase?: string): Promise<VaultStatus> => found(await vault.unlock(passphrase)),
    keep: async (choice: KeyChoice): Promise<VaultStatus> => found(await vault.keep(choice)),
    async rotate(): Promise<{ sealed: number; left: number }> {
      const counts = await vault.rotate()
      changed()
      return { ...counts }
    },
    async purgeKeys(): Promise<{ purged: number; kept: number }> {
      const counts = await vault.purge()
      changed()
      return { ...counts }
    },
  }
}

export type SecretService = ReturnType<typeof createSecretService>
