import type { Call } from '@local-mcp/contract'
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { navigate } from '../../app/router.tsx'
import { formatDuration } from '../../lib/format-duration.ts'
import { formatMoment } from '../../lib/format-moment.ts'
import { useMedia } from '../../lib/use-media.ts'
import { CallLine, COLUMNS, WIDE } from './call-line.tsx'
import { rememberPlace, takePlace } from './last-place.ts'

const ROW = 50
const HEAD = 36
/** How far from the end the next page is asked for, in rows. */
const AHEAD = 40

interface Props {
  rows: readonly Call[]
  /** How many there are, where that is known. */
  total: number | null
  nameOf: (serverId: string) => string | undefined
  onNearEnd: () => void
  /** Shown below the last row. */
  end: ReactNode
}

/** Any number of calls, of which only those in sight are drawn. The page scrolls, not the table. */
export function CallTable({ rows, total, nameOf, onNearEnd, end }: Props) {
  const { t, i18n } = useTranslation()
  const body = useRef<HTMLTableSectionElement>(null)
  const wide = useMedia(WIDE)
  const [offset, setOffset] = useState(0)
  const [active, setActive] = useState<string | null>(null)
  const activeIndex =
    active === null
      ? 0
      : Math.max(
          0,
          rows.findIndex(({ id }) => id === active),
        )

  // What is above the table may grow and shrink.
  useLayoutEffect(() => {
    const measure = () => setOffset((body.current?.getBoundingClientRect().top ?? 0) + scrollY)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])

  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
    scrollMargin: offset,
    scrollPaddingStart: HEAD + 8,
    scrollPaddingEnd: 8,
    // The row that has the focus stays, wherever the page is scrolled to.
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range)
      return activeIndex < rows.length && !shown.includes(activeIndex) ? [...shown, activeIndex].sort((a, b) => a - b) : shown
    },
  })
  const items = virtual.getVirtualItems()

  const last = items.at(-1)?.index ?? 0
  const nearEnd = last >= rows.length - AHEAD
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again for each page that came
  useEffect(() => {
    if (nearEnd) onNearEnd()
  }, [nearEnd, rows.length])

  const focusRow = (id: string) =>
    body.current?.querySelector<HTMLElement>(`[data-call="${CSS.escape(id)}"]`)?.focus({ preventScroll: true })
  const moveTo = (index: number) => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)]
    if (!row) return
    setActive(row.id)
    virtual.scrollToIndex(rows.indexOf(row), { align: 'auto' })
    requestAnimationFrame(() => focusRow(row.id))
  }

  // Back from a call: to the row that it was opened from.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the table appears
  useEffect(() => {
    const place = takePlace(location.search)
    const index = rows.findIndex(({ id }) => id === place)
    if (place === null || index < 0) return
    setActive(place)
    virtual.scrollToIndex(index, { align: 'center' })
    // After the page has given the focus to its beginning.
    requestAnimationFrame(() => requestAnimationFrame(() => focusRow(place)))
  }, [])

  const open = (id: string) => {
    rememberPlace(location.search, id)
    navigate(`/activity/${id}`)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const page = Math.max(1, Math.floor(innerHeight / ROW) - 3)
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -rows.length, End: rows.length }
    const step = steps[event.key]
    if (step !== undefined) moveTo(activeIndex + step)
    else if (event.key === 'Enter' && rows[activeIndex]) open(rows[activeIndex].id)
    else return
    event.preventDefault()
  }
  const onClick = (event: MouseEvent) => {
    const id = (event.target as Element).closest<HTMLElement>('[data-call]')?.dataset.call
    if (id === undefined) return
    rememberPlace(location.search, id)
    // The link inside has its own way, and text that was selected is not a click.
    if (event.defaultPrevented || (event.target as Element).closest('a') || getSelection()?.isCollapsed === false) return
    navigate(`/activity/${id}`)
  }

  const now = Date.now()
  return (
    <>
      <p id="activity-keys" hidden>
        {t('activity.keys')}
      </p>
      {/* Rows that are placed one by one are no longer laid out as a table, and are still one to who hears it. */}
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table is what a grid is made of
        role="grid"
        aria-label={t('activity.list')}
        aria-describedby="activity-keys"
        aria-rowcount={total === null ? -1 : total + 1}
        onKeyDown={onKeyDown}
        onClick={onClick}
        className="block w-full text-start"
      >
        <thead className="block border-line border-b text-ink-3 text-sm">
          <tr aria-rowindex={1} className={`${COLUMNS} h-9 *:text-start *:font-medium`}>
            <th>
              <span className={wide ? '' : 'sr-only'}>{t('calls.status')}</span>
            </th>
            <th>{t('calls.tool')}</th>
            {wide && (
              <>
                <th>{t('calls.client')}</th>
                <th className="text-end!">{t('calls.duration')}</th>
              </>
            )}
            <th className="text-end!">{t('calls.when')}</th>
          </tr>
        </thead>
        <tbody ref={body} className="relative block" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const call = rows[index]
            if (!call) return null
            const server = call.serverId === null ? null : (nameOf(call.serverId) ?? t('calls.gone'))
            const account = call.accountName === null ? null : t('calls.as', { account: call.accountName })
            const method = call.method === 'tools/call' ? null : call.method
            return (
              <CallLine
                key={call.id}
                call={call}
                index={index}
                top={start - offset}
                height={ROW}
                focusable={index === activeIndex}
                wide={wide}
                status={t(`callStatus.${call.status}`)}
                about={[method, server, call.profileSlug, account].filter(Boolean).join(' · ')}
                client={call.clientName ?? call.tokenName ?? t('calls.noClient')}
                duration={call.durationMs === null ? '–' : formatDuration(call.durationMs, i18n.language)}
                when={formatMoment(call.at, now, i18n.language)}
                exactly={new Date(call.at).toISOString()}
              />
            )
          })}
        </tbody>
      </table>
      {end}
    </>
  )
}
