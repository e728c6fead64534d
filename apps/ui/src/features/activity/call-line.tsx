import type { Call } from '@local-mcp/contract'
import { memo } from 'react'
import { Link } from '../../app/router.tsx'
import { LOOK } from './call-status.tsx'

/** Where each fact of a row is: three columns where it is narrow, five where there is room. */
export const COLUMNS =
  'grid grid-cols-[1rem_minmax(0,1fr)_auto] items-center gap-x-3 px-4 sm:px-5 lg:grid-cols-[6.5rem_minmax(0,1fr)_10rem_4.75rem_7rem]'

interface Props {
  call: Call
  index: number
  /** Pixels from the top of the list. */
  top: number
  height: number
  focusable: boolean
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
  const { call, index, top, height, focusable, status, about, client, duration, when, exactly } = props
  const { Icon, look } = LOOK[call.status]
  return (
    <tr
      data-call={call.id}
      aria-rowindex={index + 2}
      tabIndex={focusable ? 0 : -1}
      style={{ height, transform: `translateY(${top}px)` }}
      className={`${COLUMNS} group absolute inset-x-0 top-0 border-line border-b -outline-offset-2! hover:bg-hover`}
    >
      <td className={`flex items-center gap-1.5 whitespace-nowrap ${look}`}>
        <Icon aria-hidden className={`size-4 shrink-0 ${call.status === 'pending' ? 'spin' : ''}`} />
        <span className="max-lg:sr-only">{status}</span>
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
          {about}
          <span className="lg:hidden"> · {client}</span>
        </span>
      </td>
      <td dir="auto" className="truncate text-ink-2 max-lg:hidden">
        {client}
      </td>
      <td className="whitespace-nowrap text-end tabular-nums max-lg:hidden">{duration}</td>
      <td className="whitespace-nowrap text-end text-ink-3 tabular-nums">
        <span className="block text-ink lg:hidden">{duration}</span>
        <time dateTime={exactly} title={exactly} className="max-lg:text-sm">
          {when}
        </time>
      </td>
    </tr>
  )
})
