import type { Call } from '@local-mcp/contract'
import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query'
import type { Queries } from '../../connect.ts'
import { atMostEvery } from '../../lib/at-most-every.ts'
import { type CallQuery, fits } from './call-filters.ts'

interface CallPage {
  rows: Call[]
  next: string | null
}
export type CallPages = InfiniteData<CallPage, string | undefined>
type Patch = <T>(queryKey: QueryKey, change: (current: T) => T) => void

/** What has to be read again for a call is read at most so often, in milliseconds. */
const PAUSE_MS = 1000
/** As many of the newest rows as are looked through for those that only the host can tell to be in a list. */
const NEWEST = 50

/** Writes a call into every list that it belongs to, and has read again what calls add up to. */
export function applyCall(call: Call, cache: QueryClient, queries: Queries, patch: Patch): void {
  const recorded = cache.getQueryData(queries.logs.getSettings.queryKey())?.level !== 'off'
  for (const { queryKey } of cache.getQueryCache().findAll({ queryKey: queries.logs.list.key({ type: 'infinite' }) })) {
    const query = (queryKey[1] as { input: CallQuery }).input
    const fit = fits(call, query)
    patch<CallPages>(queryKey, (pages) => withCall(pages, call, fit, recorded))
    if (fit !== 'unknown' || !recorded || call.status === 'pending') continue
    atMostEvery(PAUSE_MS, cache, JSON.stringify(queryKey), () => void readNewest(queryKey, query, cache, queries, patch))
  }
  if (call.status === 'pending') return
  void cache.invalidateQueries({ queryKey: queries.logs.get.key({ input: { log: call.id } }) })
  atMostEvery(PAUSE_MS, cache, 'sums', () => {
    void cache.invalidateQueries({ queryKey: queries.logs.summary.key() })
    void cache.invalidateQueries({ queryKey: queries.logs.usage.key() })
  })
}

/** Nothing is left of the log: what was read of it goes, and what is kept by now is read. */
export function applyCleared(cache: QueryClient, queries: Queries): void {
  const empty: CallPages = { pages: [{ rows: [], next: null }], pageParams: [undefined] }
  cache.setQueriesData<CallPages>({ queryKey: queries.logs.list.key({ type: 'infinite' }) }, (pages) => pages && empty)
  void cache.invalidateQueries({ queryKey: queries.logs.key() })
  void cache.invalidateQueries({ queryKey: queries.activity.key() })
}

function withCall(pages: CallPages, call: Call, fit: ReturnType<typeof fits>, recorded: boolean): CallPages {
  const at = pages.pages.findIndex(({ rows }) => rows.some(({ id }) => id === call.id))
  if (at < 0) return fit === true && recorded ? inserted(pages, [call]) : pages
  // `started` may arrive after `finished` was read with the list: a finished call stays finished.
  if (call.status === 'pending') return pages
  const page = pages.pages[at] as CallPage
  const rows = fit === false ? page.rows.filter(({ id }) => id !== call.id) : page.rows.map((row) => (row.id === call.id ? call : row))
  return { ...pages, pages: pages.pages.with(at, { ...page, rows }) }
}

/** The order of the host: the newest first, and of those of one moment the greatest id. */
const isBehind = (row: Call, call: Call) => row.at < call.at || (row.at === call.at && row.id < call.id)

/** Each call gets its place, whatever the order in which they were heard of. One behind all that was read comes with its page. */
function inserted(pages: CallPages, calls: readonly Call[]): CallPages {
  const parts = pages.pages.map((page) => ({ ...page, rows: [...page.rows] }))
  for (const call of calls) {
    const part = parts.find(({ rows }) => rows.some((row) => isBehind(row, call)))
    if (part)
      part.rows.splice(
        part.rows.findIndex((row) => isBehind(row, call)),
        0,
        call,
      )
    else if (parts.at(-1)?.next === null) parts.at(-1)?.rows.push(call)
  }
  return { ...pages, pages: parts }
}

async function readNewest(queryKey: QueryKey, query: CallQuery, cache: QueryClient, queries: Queries, patch: Patch): Promise<void> {
  if (!cache.getQueryCache().find({ queryKey, exact: true })?.isActive()) return
  const { rows } = await queries.logs.list.call({ ...query, limit: NEWEST }).catch(() => ({ rows: [] }))
  patch<CallPages>(queryKey, (pages) => {
    const known = new Set(pages.pages.flatMap((page) => page.rows.map(({ id }) => id)))
    return inserted(
      pages,
      rows.filter(({ id }) => !known.has(id)),
    )
  })
}
