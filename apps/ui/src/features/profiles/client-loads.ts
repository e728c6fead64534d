import type { ClientToken, ServerCost } from '@local-mcp/contract'

/** What a client that has a token loads of a profile. */
export interface ClientLoad {
  readonly id: string
  readonly name: string
  readonly lastUsedAt: number | null
  readonly tools: number
  readonly tokens: number
}

/**
 * The clients that can use a profile, those that did so last first. A token of some servers only sees their tools.
 *
 * @param now in milliseconds; what has expired by then loads nothing
 */
export function clientLoads(
  tokens: readonly ClientToken[],
  profileId: string,
  servers: readonly ServerCost[],
  now: number,
): readonly ClientLoad[] {
  return tokens
    .filter(
      ({ revokedAt, expiresAt, profileIds, access, permissions }) =>
        revokedAt === null &&
        (expiresAt === null || expiresAt > now) &&
        (profileIds === null || profileIds.includes(profileId)) &&
        (access !== 'custom' || permissions.includes('tools.read')),
    )
    .map(({ id, name, lastUsedAt, serverIds }) => {
      const loaded = servers.filter(({ serverId }) => serverIds === null || serverIds.includes(serverId))
      const sum = (key: 'tools' | 'tokens') => loaded.reduce((all, cost) => all + cost[key], 0)
      return { id, name, lastUsedAt, tools: sum('tools'), tokens: sum('tokens') }
    })
    .toSorted((a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0))
}
