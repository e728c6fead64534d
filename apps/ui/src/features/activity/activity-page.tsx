import { Activity, ArrowUp, Pause, Play, SearchX, Settings2 } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { navigate, useSearch } from '../../app/router.tsx'
import { useSearchKey } from '../../app/use-shortcuts.ts'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { Notice } from '../../components/notice.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useServers } from '../../lib/use-nouns.ts'
import { ActivitySums } from './activity-sums.tsx'
import { activityPath, type CallFilters, readFilters, toQuery } from './call-filters.ts'
import { CallTable } from './call-table.tsx'
import { FilterBar } from './filter-bar.tsx'
import { LogSettingsDialog } from './log-settings-dialog.tsx'
import { useCallRows } from './use-call-rows.ts'
import { useLogSettings } from './use-log-settings.ts'

/** Every call as it happens, and those of the last days. */
export function ActivityPage() {
  const { t } = useTranslation()
  const search = useSearch()
  const filters = useMemo(() => readFilters(search), [search])
  const input = useRef<HTMLInputElement>(null)
  const settings = useLogSettings()
  const [shows, setShows] = useState(() => new URLSearchParams(location.search).has('settings'))
  useSearchKey(input)

  const change = useCallback((next: CallFilters, typed: boolean) => {
    const to = activityPath(next)
    // Only the list is another one: what is above it stays where it is.
    const top = scrollY
    navigate(to, { replace: typed })
    scrollTo(0, top)
  }, [])

  return (
    <>
      <PageHeader
        title={t('activity.title')}
        description={t('activity.description')}
        actions={
          <Button icon={<Settings2 aria-hidden className="size-4" />} onClick={() => setShows(true)}>
            {t('activity.settings')}
          </Button>
        }
      />
      <div className="flex flex-col gap-5">
        {settings.data?.level === 'off' && (
          <Notice
            tone="warn"
            title={t('activity.offTitle')}
            actions={
              <Button size="small" onClick={() => setShows(true)}>
                {t('activity.offAction')}
              </Button>
            }
          >
            {t('activity.offText')}
          </Notice>
        )}
        <ActivitySums filters={filters} onChange={(part) => change({ ...filters, ...part }, false)} />
        <FilterBar filters={filters} onChange={change} search={input} />
        <CallList filters={filters} onClear={() => change({}, false)} />
      </div>
      <LogSettingsDialog open={shows} onOpenChange={setShows} />
    </>
  )
}

function CallList({ filters, onClear }: { filters: CallFilters; onClear: () => void }) {
  const { t } = useTranslation()
  const servers = useServers()
  const top = useRef<HTMLDivElement>(null)
  const scrolled = useIsAbove(top)
  const [paused, setPaused] = useState(false)
  const query = useMemo(() => toQuery(filters), [filters])
  const { list, rows, waiting } = useCallRows(query, paused || scrolled)
  const names = useMemo(() => new Map(servers.data?.map(({ id, name }) => [id, name])), [servers.data])
  const limited = Object.values(filters).some(Boolean)

  const toTop = () => {
    setPaused(false)
    if (scrolled) top.current?.scrollIntoView({ block: 'start' })
  }

  if (list.isError && rows === undefined) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  return (
    <div className="rounded-lg border border-line bg-surface shadow-raised">
      <div
        ref={top}
        className="flex h-11 scroll-mt-24 md:scroll-mt-4 items-center justify-between gap-3 border-line border-b ps-4 pe-2 sm:ps-5"
      >
        <h2 className="text-base">{t('activity.list')}</h2>
        <span className="flex min-w-0 items-center gap-2">
          {paused && <span className="truncate text-ink-3 text-sm">{t('activity.paused')}</span>}
          <IconButton
            label={paused ? t('activity.resume') : t('activity.pause')}
            aria-pressed={paused}
            icon={paused ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}
            onClick={() => setPaused(!paused)}
          />
        </span>
      </div>
      {/* As high as nothing, so that nothing moves when it comes and goes. */}
      <div role="status" className="sticky top-24 z-10 flex h-0 justify-center md:top-3">
        {waiting > 0 && (
          <button
            type="button"
            onClick={toTop}
            className="arrive mt-2 flex h-8 items-center gap-1.5 rounded-full bg-accent px-3.5 font-medium text-accent-ink text-sm tabular-nums shadow-floating hover:bg-accent-strong"
          >
            <ArrowUp aria-hidden className="size-3.5" />
            {t('activity.fresh', { count: waiting })}
          </button>
        )}
      </div>
      {rows === undefined ? (
        <RowsSkeleton rows={8} />
      ) : rows.length === 0 && limited ? (
        <EmptyState title={t('activity.noneTitle')} Icon={SearchX} action={<Button onClick={onClear}>{t('filters.clear')}</Button>}>
          {t('activity.noneText')}
        </EmptyState>
      ) : rows.length === 0 ? (
        <EmptyState
          title={t('activity.emptyTitle')}
          Icon={Activity}
          action={
            <Button variant="primary" href="/clients/connect">
              {t('clients.connect')}
            </Button>
          }
        >
          {t('activity.emptyText')}
        </EmptyState>
      ) : (
        <CallTable
          key={JSON.stringify(query)}
          rows={rows}
          total={list.hasNextPage ? null : rows.length}
          nameOf={(id) => names.get(id)}
          onNearEnd={() => {
            if (list.hasNextPage && !list.isFetching) void list.fetchNextPage()
          }}
          end={
            <div className="flex min-h-11 items-center justify-center px-4 py-2 text-ink-3 text-sm">
              {list.isFetchNextPageError ? (
                <ErrorState error={list.error} onRetry={() => void list.fetchNextPage()} />
              ) : list.hasNextPage ? (
                t('activity.more')
              ) : (
                t('activity.end', { count: rows.length })
              )}
            </div>
          }
        />
      )}
    </div>
  )
}

/** Whether the beginning of something is scrolled out of sight at the top. */
function useIsAbove(element: React.RefObject<HTMLElement | null>): boolean {
  const [above, setAbove] = useState(false)
  useEffect(() => {
    const node = element.current
    if (!node) return
    const observer = new IntersectionObserver(([entry]) => {
      if (entry) setAbove(!entry.isIntersecting && entry.boundingClientRect.top < 0)
    })
    observer.observe(node)
    return () => observer.disconnect()
  }, [element])
  return above
}
