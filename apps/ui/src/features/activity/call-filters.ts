import type { Call, CallStatus } from '@local-mcp/contract'

/** What `logs.list` is asked for, without the page. */
export interface CallQuery {
  readonly profile?: string
  readonly server?: string
  readonly token?: string
  readonly method?: string
  readonly status?: CallStatus
  readonly hasError?: boolean
  readonly from?: number
  readonly to?: number
  readonly text?: string
}

export const SPANS = ['hour', 'day', 'week', 'month'] as const
export type Span = (typeof SPANS)[number]
export const SPAN_MS: Readonly<Record<Span, number>> = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
}

const STATUSES = ['pending', 'success', 'error', 'timeout', 'cancelled'] as const satisfies readonly CallStatus[]
/** Each state, and `failed`: whatever went wrong. */
export const RESULTS = ['failed', ...STATUSES] as const
export const METHODS = [
  'tools/call',
  'resources/read',
  'prompts/get',
  'completion/complete',
  'tools/list',
  'resources/list',
  'prompts/list',
  'initialize',
] as const

const NAMES = ['q', 'profile', 'server', 'token', 'method', 'result', 'span', 'from', 'to'] as const
export type FilterName = (typeof NAMES)[number]
/** The filters as they are in the address: text, checked when they are used. */
export type CallFilters = Readonly<Partial<Record<FilterName, string>>>

const MAX_TEXT = 200
/** The form of an id in an address. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Reads the filters out of a query of the address. What is not one is left out. */
export function readFilters(search: string): CallFilters {
  const params = new URLSearchParams(search)
  return Object.fromEntries(NAMES.flatMap((name) => (params.get(name) ? [[name, params.get(name) as string]] : [])))
}

/** The address of the page with these filters. */
export function activityPath(filters: CallFilters): string {
  const params = new URLSearchParams(NAMES.flatMap((name) => (filters[name] ? [[name, filters[name]]] : [])))
  return params.size === 0 ? '/activity' : `/activity?${params}`
}

const time = (text: string | undefined) => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined)

/** What to ask for. An address may be mistyped: what the operation would refuse is not asked. */
export function toQuery(filters: CallFilters): CallQuery {
  const { profile, server, token, method, result, q } = filters
  const status = STATUSES.find((one) => one === result)
  const text = q?.trim().slice(0, MAX_TEXT).trim()
  const from = time(filters.from)
  const to = time(filters.to)
  return {
    ...(profile && { profile: profile.slice(0, 255) }),
    ...(server && { server: server.slice(0, 255) }),
    ...(token && UUID.test(token) && { token }),
    ...(method && { method: method.slice(0, 100) }),
    ...(status && { status }),
    ...(result === 'failed' && { hasError: true }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(text && { text }),
  }
}

/**
 * Whether a call belongs into a list, as far as that can be told from its row: a text may also be in what was sent
 * and came back, which the row does not hold.
 */
export function fits(call: Call, query: CallQuery): boolean | 'unknown' {
  const failed = call.status === 'error' || call.status === 'timeout'
  const plain =
    (query.profile === undefined || query.profile === call.profileSlug) &&
    (query.server === undefined || query.server === call.serverId) &&
    (query.token === undefined || query.token === call.tokenId) &&
    (query.method === undefined || query.method === call.method) &&
    (query.status === undefined || query.status === call.status) &&
    (query.hasError === undefined || query.hasError === failed) &&
    (query.from === undefined || call.at >= query.from) &&
    (query.to === undefined || call.at < query.to)
  if (!plain || query.text === undefined) return plain
  const text = query.text.toLowerCase()
  const names = [call.tool, call.method, call.profileSlug, call.accountName, call.tokenName, call.clientName, call.errorCode]
  return names.some((name) => name?.toLowerCase().includes(text)) || 'unknown'
}
