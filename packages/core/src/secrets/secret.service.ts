import type { Secret, VaultStatus } from '@local-mcp/contract'
import { AppError, isId, newId, type SecretId, type ServerId } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import type { SecretRecord, ServerRecord } from '../records.ts'
import { hintOf } from './hint.ts'
import { secretsUsedBy } from './references.ts'
import { placeOf, type SecretSource } from './secret-source.ts'
import type { KeyChoice, VaultKeeper } from './vault-keeper.ports.ts'

interface SecretDependencies extends Pick<ServiceDependencies, 'store' | 'events' | 'clock' | 'routing' | 'upstreams'> {
  readonly vault: VaultKeeper
  readonly source: SecretSource
}

/** States of a server that a new or opened secret may mend, or that hold a former value. */
const AFFECTED = new Set(['connected', 'connecting', 'error', 'auth_required'])

/** What is stored sealed: written and used, never read back by anybody. */
export function createSecretService({ store, events, clock, routing, upstreams, vault, source }: SecretDependencies) {
  const usersOf = ({ scope, scopeId, name }: SecretRecord): ServerRecord[] =>
    [...routing.current().servers.values()].filter((server) =>
      scope === 'server' ? server.id === scopeId : scope === 'global' && secretsUsedBy(server.config).has(name),
    )

  function toSecret(record: SecretRecord): Secret {
    const { id, name, scope, hint, lastUsedAt, createdAt } = record
    return {
      id,
      kind: scope === 'server' ? 'api_key' : 'named',
      name,
      hint,
      usedBy: usersOf(record).map((server) => ({ id: server.id, name: server.name })),
      lastUsedAt: Math.max(lastUsedAt ?? 0, source.lastUsed(id)) || null,
      createdAt,
    }
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
    /** Everything that is stored sealed for servers: the ledger. */
    async list(): Promise<Secret[]> {
      return (await store.read.secrets.list()).filter(({ scope }) => scope !== 'source').map(toSecret)
    },

    /** @throws AppError NAME_EXISTS, SECRETS_UNAVAILABLE, SECRETS_LOCKED */
    async create(_: Context, { name, value }: { readonly name: string; readonly value: string }): Promise<Secret> {
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
      renew(usersOf(record))
      changed()
      return toSecret(record)
    },

    /** @throws AppError SECRET_NOT_FOUND, SECRETS_UNAVAILABLE, SECRETS_LOCKED */
    async replace(_: Context, ref: string, value: string): Promise<Secret> {
      const record = await find(ref)
      const sealed = { value: await vault.seal(value, placeOf(record.id)), hint: hintOf(value) }
      await store.transaction((tx) => tx.secrets.replace(record.id, sealed, clock.now()))
      renew(usersOf(record))
      changed()
      return toSecret({ ...record, ...sealed })
    },

    /** Works without the key. @throws AppError SECRET_NOT_FOUND, SECRET_IN_USE naming the servers */
    async delete(_: Context, ref: string, force = false): Promise<{ usedBy: { id: string; name: string }[] }> {
      const record = await find(ref)
      const usedBy = usersOf(record).map(({ id, name }) => ({ id, name }))
      if (usedBy.length > 0 && !force) {
        throw new AppError('SECRET_IN_USE', `Used by ${usedBy.map(({ name }) => `"${name}"`).join(', ')}`, { data: { usedBy } })
      }
      await store.transaction((tx) => tx.secrets.delete(record.id as SecretId))
      renew(usersOf(record))
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
  }
}

export type SecretService = ReturnType<typeof createSecretService>
