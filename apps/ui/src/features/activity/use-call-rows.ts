import type { Call } from '@local-mcp/contract'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useApi } from '../../app/api-context.tsx'
import type { CallPages } from './apply-call.ts'
import type { CallQuery } from './call-filters.ts'

const PAGE = 100
/** What a window that is open for days keeps in memory, once nobody reads further down. */
const KEPT = 5000

/** The newest row that is shown while new ones wait. */
interface Held {
  readonly id: string
  readonly at: number
}

/**
 * The calls that fit, the newest first. While they are held, new ones wait above the list and are counted; what
 * changes in a row that is shown goes on being shown.
 */
export function useCallRows(query: CallQuery, hold: boolean) {
  const { queries } = useApi()
  const cache = useQueryClient()
  const options = queries.logs.list.infiniteOptions({
    input: (before: string | undefined) => ({ ...query, limit: PAGE, ...(before !== undefined && { before }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  })
  const list = useInfiniteQuery(options)
  const pages = list.data
  const all = useMemo(() => pages?.pages.flatMap(({ rows }) => rows), [pages])

  const name = JSON.stringify(query)
  const [held, setHeld] = useState<(Held & { name: string }) | null>(null)
  const newest = all?.[0]
  // Held from where it was when holding began, and no longer than the filters stay.
  if (hold && newest && held?.name !== name) setHeld({ name, id: newest.id, at: newest.at })
  if (!hold && held) setHeld(null)

  const waiting = hold && all && held?.name === name ? above(all, held) : 0
  const rows = useMemo(() => (waiting === 0 ? all : all?.slice(waiting)), [all, waiting])

  const tooMany = !hold && (all?.length ?? 0) > KEPT
  const key = JSON.stringify(options.queryKey)
  useEffect(() => {
    if (!tooMany) return
    const queryKey = JSON.parse(key) as typeof options.queryKey
    cache.setQueryData<CallPages>(
      queryKey,
      (whole) => whole && { pages: whole.pages.slice(0, 1), pageParams: whole.pageParams.slice(0, 1) },
    )
    // The first page holds all that came since, and its end is no longer where the next one begins.
    void cache.invalidateQueries({ queryKey, exact: true })
  }, [tooMany, key, cache])

  return { list, rows, waiting }
}

function above(all: readonly Call[], held: Held): number {
  const place = all.findIndex(({ id, at }) => id === held.id || at < held.at)
  return Math.max(place, 0)
}
