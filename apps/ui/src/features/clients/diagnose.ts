import {
  type Arrival,
  type Call,
  clientOfName,
  type FileProblem,
  type FoundClient,
  type RefusalReason,
  type Server,
} from '@local-mcp/contract'
import type { ConnectedClient } from './connected-client.ts'

export interface DoorFacts {
  /** The latest last. */
  readonly arrivals: readonly Arrival[]
  /** The latest first. */
  readonly calls: readonly Call[]
  /** What its files tell; absent for a client that nobody here knows. */
  readonly found: FoundClient | undefined
  /** Of its profile. */
  readonly servers: readonly Server[]
}

/** Why it does not get further. */
export type Trouble =
  | { readonly what: 'refused'; readonly reason: RefusalReason; readonly slug: string | null }
  | { readonly what: 'other_token'; readonly name: string | null }
  | { readonly what: 'other_profile'; readonly slug: string }
  | { readonly what: 'no_tools'; readonly why: 'none' | 'approval_required' | 'auth_required' | 'error' | 'disabled' | 'unknown' }
  | { readonly what: 'failed'; readonly call: Call }
  | { readonly what: 'file'; readonly problem: FileProblem }
  | { readonly what: 'entry'; readonly why: 'missing' | 'elsewhere' | 'token' | 'profile' | 'off' }

/** How far a client has come. */
export interface Progress {
  /** Whether its entry is in its file; null where nobody can know. */
  readonly written: boolean | null
  readonly connected: Arrival | null
  readonly listed: Arrival | null
  /** The first that worked, else the latest. */
  readonly call: Call | null
  readonly trouble: Trouble | null
}

/** What a client that was told how to connect has done since, and what keeps it from the next step. */
export function diagnose({ client, token, profile, since }: ConnectedClient, { arrivals, calls, found, servers }: DoorFacts): Progress {
  const lately = arrivals.filter(({ at }) => at >= since)
  const isNamed = (name: string | undefined | null) => (name ? clientOfName(name) : null)
  const mayBe = (name: string | undefined | null) => client === 'other' || [null, client].includes(isNamed(name))
  const isOurs = (arrival: Arrival) => (token ? arrival.tokenId === token.id : arrival.bridge && mayBe(arrival.client?.name))
  const ours = lately.filter(isOurs)
  const last = (kind: Arrival['kind']) => ours.findLast((arrival) => arrival.kind === kind) ?? null

  const made = calls.filter(
    (call) => call.at >= since && (token ? call.tokenName === token.name : call.tokenName === null && mayBe(call.clientName)),
  )
  const call = made.findLast(({ status }) => status === 'success') ?? made[0] ?? null
  const listed = last('listed')
  const connected = last('connected') ?? listed
  const written = writtenIn(found, token?.id ?? null, profile.slug)
  const progress = { written: written === null ? null : written === 'yes', connected, listed, call }

  if (call?.status === 'success') return { ...progress, trouble: null }
  if (call && call.status !== 'pending') return { ...progress, trouble: { what: 'failed', call } }
  const refused = last('refused')
  const tried = connected || call
  if (refused?.reason && refused.at >= (connected?.at ?? 0))
    return { ...progress, trouble: { what: 'refused', reason: refused.reason, slug: refused.profileSlug } }
  if (connected && connected.profileSlug !== null && connected.profileSlug !== profile.slug)
    return { ...progress, trouble: { what: 'other_profile', slug: connected.profileSlug } }
  if (listed?.tools === 0) return { ...progress, trouble: { what: 'no_tools', why: whyNoTools(servers) } }
  if (tried) return { ...progress, trouble: null }

  // Nothing came that is surely of this client: what came otherwise may have been it.
  const stranger = lately.findLast(
    (arrival) => arrival.kind !== 'refused' && !isOurs(arrival) && (client === 'other' || isNamed(arrival.client?.name) === client),
  )
  if (stranger) return { ...progress, trouble: { what: 'other_token', name: stranger.tokenName } }
  const turnedAway = lately.findLast(({ kind, tokenId, bridge }) => kind === 'refused' && tokenId === null && !bridge)
  if (turnedAway?.reason) return { ...progress, trouble: { what: 'refused', reason: turnedAway.reason, slug: turnedAway.profileSlug } }
  if (found?.problem) return { ...progress, trouble: { what: 'file', problem: found.problem } }
  if (written !== null && written !== 'yes') return { ...progress, trouble: { what: 'entry', why: written } }
  return { ...progress, trouble: null }
}

/** @param tokenId null: it needs none */
function writtenIn(
  found: FoundClient | undefined,
  tokenId: string | null,
  slug: string,
): 'yes' | (Trouble & { what: 'entry' })['why'] | null {
  if (!found || found.fileState === 'unreadable') return null
  const { entries } = found
  const here = entries.filter((entry) => entry.here)
  const mine = here.filter(({ token }) =>
    tokenId === null ? token.state === 'not_needed' : token.id === tokenId || token.state === 'elsewhere',
  )
  const exact = mine.find(({ profileSlug }) => profileSlug === slug)
  if (exact) return exact.disabled ? 'off' : 'yes'
  if (mine.length > 0) return 'profile'
  if (here.length > 0) return 'token'
  return entries.length > 0 ? 'elsewhere' : 'missing'
}

function whyNoTools(servers: readonly Server[]): (Trouble & { what: 'no_tools' })['why'] {
  if (servers.length === 0) return 'none'
  const states = new Set(servers.map(({ status }) => status.state))
  for (const state of ['approval_required', 'auth_required', 'error', 'disabled'] as const) if (states.has(state)) return state
  return 'unknown'
}
