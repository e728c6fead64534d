import type { Server } from '@local-mcp/contract'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorState } from '../../components/error-state.tsx'
import { controlLook } from '../../components/field.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'

/** A filter is worth its place from this many tools on. */
const FILTER_FROM = 9

interface Listed {
  readonly name: string
  readonly title: string | null
  readonly description: string | null
}

interface Props<T extends Listed> {
  server: Server
  query: { readonly error: unknown; readonly isError: boolean; refetch(): unknown }
  tools: readonly T[] | undefined
  row: (tool: T) => ReactNode
}

/** The tools of a server with a filter, or why there are none. */
export function ToolList<T extends Listed>({ server, query, tools, row }: Props<T>) {
  const { t } = useTranslation()
  const { state, toolCount } = server.status
  const [filter, setFilter] = useState('')
  const wanted = filter.trim().toLowerCase()
  const shown = tools?.filter(({ name, title, description }) =>
    [name, title, description].some((text) => text?.toLowerCase().includes(wanted)),
  )
  if (query.isError) {
    return (
      <div className="p-4">
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </div>
    )
  }
  if (shown === undefined) {
    return toolCount !== null || state === 'connecting' ? (
      <RowsSkeleton rows={3} />
    ) : (
      <p className="px-5 py-6 text-ink-3">{t('tools.unavailable')}</p>
    )
  }
  return (
    <>
      {(tools?.length ?? 0) >= FILTER_FROM && (
        <div className="border-line border-b px-4 py-2.5 sm:px-5">
          <input
            type="search"
            aria-label={t('tools.filter')}
            placeholder={t('tools.filter')}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            className={`${controlLook} h-8 max-w-72 text-sm`}
          />
        </div>
      )}
      {shown.length === 0 ? (
        <p className="px-5 py-6 text-ink-3">{wanted === '' ? t('tools.empty') : t('tools.noMatch', { filter: filter.trim() })}</p>
      ) : (
        <ul className="divide-y divide-line">{shown.map(row)}</ul>
      )}
    </>
  )
}
