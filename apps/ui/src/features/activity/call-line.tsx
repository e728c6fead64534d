import type { Call } from '@local-mcp/contract'
import { memo } from 'react'
import { Link } from '../../app/router.tsx'
import { LOOK } from './call-status.tsx'

/** Where each fact of a row is: three columns where it is narrow, five where there is room. */
export const COLUMNS =
  'grid grid-cols-[1rem_minmax(0,1fr)_auto] items-center gap-x-3 px-4 sm:px-5 lg:grid-cols-[6.5rem_minmax(0,1fr)_10rem_4.75rem_7rem]'

/** From here on there are five. */
export const WIDE = '(width >= 64rem)'

interface Props {
  call: Call
  index: number
  /** Pixels from the top of the list. */
  top: number
  height: number
  focusable: boolean
  /** Whether there is room for five columns. */
  wide: boolean
  /** In words, because rows are drawn while the list scrolls. */
  status: string
  about: string
  client: string
  duration: string
  when: string
  exactly: string
}

/** One call in the list. */
export const CallLine = memo(function CallLine(props: Props) {
  const { call, index, top, height, focusable, wide, status, about, client, duration, when, exactly } = props
  const { Icon, look } = LOOK[call.status]
  return (
    <tr
      data-call={call.id}
      aria-rowindex={index + 2}
      tabIndex={focusable ? 0 : -1}
      style={{ height, transform: `translateY(${top}px)` }}
      className={`${COLUMNS} group absolute inset-x-0 top-0 border-line border-b [contain:strict] -outline-offset-2! hover:bg-hover`}
    >
      <td className={`flex items-center gap-1.5 whitespace-nowrap ${look}`}>
        <Icon aria-hidden className={`size-4 shrink-0 ${call.status === 'pending' ? 'spin' : ''}`} />
        <span className={wide ? '' : 'sr-only'}>{status}</span>
      </td>
      <td className="min-w-0">
        <Link
          href={`/activity/${call.id}`}
          tabIndex={-1}
          dir="auto"
          className="block truncate font-mono text-sm no-underline group-hover:underline"
        >
          {call.tool}
        </Link>
        <span dir="auto" className="block truncate text-ink-3 text-sm">
          {call.errorCode !== null && <span className="text-bad">{call.errorCode} · </span>}
          {wide ? about : `${about} · ${client}`}
        </span>
      </td>
      {wide && (
        <>
          <td dir="auto" className="truncate text-ink-2">
            {client}
          </td>
          <td className="whitespace-nowrap text-end tabular-nums">{duration}</td>
        </>
      )}
      <td className="whitespace-nowrap text-end text-ink-3 tabular-nums">
        {!wide && <span className="block text-ink">{duration}</span>}
        <time dateTime={exactly} className={wide ? '' : 'text-sm'}>
          {when}
        </time>
      </td>
    </tr>
  )
})
