import { type Arrival, type ClientEntry, type ClientToken, clientOfName, type FoundClient } from '@local-mcp/contract'

export type FoundState = 'absent' | 'unreadable' | 'connected' | 'set_up' | 'bad_token' | 'elsewhere' | 'off' | 'not_connected'

/** How a client on this computer is doing with us, by its file and by what was seen of it. */
export function stateOfFound(
  { client, installed, problem, entries }: FoundClient,
  arrivals: readonly Arrival[],
  tokens: readonly ClientToken[],
): { readonly state: FoundState; readonly profileSlug: string | null; readonly seenAt: number | null } {
  const seen = arrivals.findLast((one) => one.kind !== 'refused' && one.client !== null && clientOfName(one.client.name) === client)
  const seenAt = (entry: ClientEntry | undefined) => {
    const used = tokens.find(({ id }) => entry !== undefined && id === entry.token.id)?.lastUsedAt ?? 0
    return Math.max(used, seen?.at ?? 0) || null
  }
  const rank = (entry: ClientEntry) => (entry.here ? 0 : 4) + (isUsable(entry) ? 0 : 2) + (entry.disabled ? 1 : 0)
  const [entry] = entries.toSorted((a, b) => rank(a) - rank(b))
  const at = seenAt(entry)
  const facts = { profileSlug: entry?.profileSlug ?? seen?.profileSlug ?? null, seenAt: at }
  if (problem !== null) return { state: 'unreadable', ...facts }
  if (!entry) return { state: seen ? 'connected' : installed ? 'not_connected' : 'absent', ...facts }
  if (!entry.here) return { state: 'elsewhere', ...facts }
  if (!isUsable(entry)) return { state: 'bad_token', ...facts }
  if (entry.disabled) return { state: 'off', ...facts }
  return { state: at === null ? 'set_up' : 'connected', ...facts }
}

const isUsable = ({ token }: ClientEntry) => ['valid', 'elsewhere', 'not_needed'].includes(token.state)
