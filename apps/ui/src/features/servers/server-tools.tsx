import { Collapsible } from '@base-ui/react/collapsible'
import type { Server, Tool } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Card } from '../../components/card.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { controlLook } from '../../components/field.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { RefreshTools } from './refresh-tools.tsx'

/** A filter is worth its place from this many tools on. */
const FILTER_FROM = 9

/** The tools that the server offers. All their texts come from the server and are shown as text. */
export function ServerTools({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const { state, toolCount } = server.status
  const [filter, setFilter] = useState('')
  // Until they were listed once there is nothing to ask for; the server's status tells when there is.
  const tools = useQuery(queries.servers.tools.queryOptions({ input: { server: server.id }, enabled: toolCount !== null }))
  const wanted = filter.trim().toLowerCase()
  const shown = tools.data?.filter(({ name, title, description }) =>
    [name, title, description].some((text) => text?.toLowerCase().includes(wanted)),
  )

  return (
    <Card body="list">
      {toolCount !== null && (
        <div className="flex items-center justify-end gap-3 border-line border-b px-4 py-2.5 sm:px-5">
          {(tools.data?.length ?? 0) >= FILTER_FROM && (
            <input
              type="search"
              aria-label={t('tools.filter')}
              placeholder={t('tools.filter')}
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
              className={`${controlLook} me-auto h-8 max-w-72 text-sm`}
            />
          )}
          <RefreshTools server={server} />
        </div>
      )}
      {tools.isError ? (
        <div className="p-4">
          <ErrorState error={tools.error} onRetry={() => void tools.refetch()} />
        </div>
      ) : shown === undefined ? (
        toolCount !== null || state === 'connecting' ? (
          <RowsSkeleton rows={3} />
        ) : (
          <p className="px-5 py-6 text-ink-3">{t('tools.unavailable')}</p>
        )
      ) : shown.length === 0 ? (
        <p className="px-5 py-6 text-ink-3">{wanted === '' ? t('tools.empty') : t('tools.noMatch', { filter: filter.trim() })}</p>
      ) : (
        <ul className="divide-y divide-line">
          {shown.map((tool) => (
            <ToolRow key={tool.name} tool={tool} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function ToolRow({ tool }: { tool: Tool }) {
  const { t } = useTranslation()
  return (
    <li className="px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-baseline gap-x-2.5">
        <h2 className="min-w-0 font-normal text-base tracking-normal">
          <code dir="ltr" className="wrap-anywhere font-semibold">
            {tool.name}
          </code>
        </h2>
        {tool.title && tool.title !== tool.name && (
          <span dir="auto" className="wrap-anywhere min-w-0 text-ink-3">
            {tool.title}
          </span>
        )}
      </div>
      {tool.description && <ToolDescription text={tool.description} />}
      <Collapsible.Root>
        <Collapsible.Trigger
          aria-label={t('tools.schemaOf', { tool: tool.name })}
          className="group mt-1 -ms-1 flex items-center gap-1 rounded-sm py-0.5 pe-1.5 text-accent-text text-sm hover:underline"
        >
          <ChevronRight aria-hidden className="size-3.5 transition-transform duration-(--quick) group-data-panel-open:rotate-90" />
          {t('tools.schema')}
        </Collapsible.Trigger>
        <Collapsible.Panel className="pt-1.5">
          <CodeBlock label={t('tools.schemaOf', { tool: tool.name })}>{JSON.stringify(tool.inputSchema, null, 2)}</CodeBlock>
        </Collapsible.Panel>
      </Collapsible.Root>
    </li>
  )
}

const LONG = 320

function ToolDescription({ text }: { text: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const long = text.length > LONG || text.split('\n').length > 4
  return (
    <>
      <p dir="auto" className={`wrap-anywhere max-w-prose whitespace-pre-line text-ink-2 ${long && !open ? 'line-clamp-3' : ''}`}>
        {text}
      </p>
      {long && (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="rounded-sm text-accent-text text-sm hover:underline"
        >
          {open ? t('common.less') : t('common.more')}
        </button>
      )}
    </>
  )
}
