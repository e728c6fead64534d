import type { Secret } from '@local-mcp/contract'
import type { AccountId, Clock, ServerId } from '@local-mcp/kernel'
import type { AccessSource } from '../oauth/oauth.ports.ts'
import type { OAuthReader } from '../oauth/oauth.store.ts'

interface Holder {
  readonly id: ServerId
  readonly name: string
  readonly deleted: boolean
}

/** The tokens of accounts and the secrets of clients, as lines of the ledger. By server. */
export async function ofSignIns(
  reader: Pick<OAuthReader, 'accounts' | 'grant' | 'grants' | 'registrations'>,
  servers: readonly Holder[],
  lastUsed: (id: AccountId) => number,
): Promise<Secret[]> {
  const grants = new Map((await reader.grants()).map((grant) => [grant.id, grant]))
  const lines = await Promise.all(
    servers.map(async (server): Promise<Secret[]> => {
      const [accounts, registrations] = await Promise.all([reader.accounts(server.id), reader.registrations(server.id)])
      const usedBy = [server]
      const lineOf = (kind: Secret['kind'], id: string, name: string, createdAt: number, used: number): Secret => ({
        id,
        kind,
        name,
        hint: null,
        usedBy,
        lastUsedAt: used || null,
        createdAt,
      })
      const signIns = await Promise.all(
        accounts.map(async (account) => {
          // A row that is damaged holds something too.
          const grant = grants.get(account.id) ?? (await reader.grant(account.id).catch(() => undefined))
          if (grant === null) return []
          const used = Math.max(lastUsed(account.id), grant?.lastRefreshAt ?? 0)
          return [lineOf('sign_in', account.id, account.name, grant?.createdAt ?? account.createdAt, used)]
        }),
      )
      const clientSecrets = registrations.flatMap(({ id, issuer, clientSecret, createdAt }) => {
        if (clientSecret === null) return []
        // It is sent whenever a token is had.
        const times = accounts
          .filter(({ terms }) => terms?.registrationId === id)
          .map((account) => grants.get(account.id))
          .map((grant) => grant?.lastRefreshAt ?? grant?.createdAt ?? 0)
        return [lineOf('client_secret', id, issuer, createdAt, Math.max(0, ...times))]
      })
      return [...signIns.flat(), ...clientSecrets]
    }),
  )
  return lines.flat()
}

/** The same access, with the times at which it was had, for the ledger. They are of this life alone. */
export function noteSignInUse<Access extends AccessSource>(access: Access, clock: Clock): Access & { lastUsed(id: AccountId): number } {
  const used = new Map<AccountId, number>()
  return {
    ...access,
    current(server, named) {
      const id = access.accountOf(server, named)
      if (id !== null) used.set(id, clock.now())
      return access.current(server, named)
    },
    lastUsed: (id) => used.get(id) ?? 0,
  }
}
