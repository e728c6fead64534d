import type { Profile, ProfileTool } from '@local-mcp/contract'
import { useDeferredValue, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { controlLook } from '../../components/field.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useServers } from '../../lib/use-nouns.ts'
import { CustomizeLinkTool } from './customize-link-tool.tsx'
import { ToolListView } from './tool-list-view.tsx'
import { TOOL_FILTERS, type ToolFilter, toolRows } from './tool-rows.ts'
import { useEffectiveTools } from './use-effective-tools.ts'
import { useToolSwitches } from './use-tool-switches.ts'

/** How many servers are named whose tools nobody knows yet. */
const NAMED = 5

/** Every tool of a profile's servers: what its clients call it, or why they do not see it. */
export function ProfileToolsCard({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const servers = useServers()
  const query = useEffectiveTools(profile)
  const switches = useToolSwitches(profile)
  const [filter, setFilter] = useState<ToolFilter>('all')
  const [text, setText] = useState('')
  const sought = useDeferredValue(text)
  const [customizing, setCustomizing] = useState<ProfileTool | null>(null)
  const all = query.data
  const rows = useMemo(() => (all ? toolRows(all.tools, all.servers, filter, sought) : []), [all, filter, sought])
  const names = useMemo(() => new Map(servers.data?.map(({ id, name }) => [id, name])), [servers.data])
  const unknown = all?.servers.filter(({ listed }) => !listed).map(({ serverId }) => names.get(serverId) ?? '') ?? []
  return (
    <Card title={t('profileTools.title')} description={t('profileTools.text')} body="list">
      {query.isError ? (
        <div className="p-4">
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </div>
      ) : all === undefined ? (
        <RowsSkeleton rows={3} />
      ) : (
        <>
          {all.tools.length > 0 && (
            <div className="flex flex-wrap items-center gap-2 border-line border-b px-4 py-2.5 sm:px-5">
              <input
                type="search"
                aria-label={t('profileTools.search')}
                placeholder={t('profileTools.search')}
                value={text}
                onChange={(event) => setText(event.target.value)}
                className={`${controlLook} h-8 max-w-72 flex-1 basis-40 text-sm`}
              />
              <FilterChips value={filter} onChange={setFilter} />
            </div>
          )}
          {all.tools.length === 0 ? (
            <p className="px-5 py-6 text-ink-3">{t(all.servers.length === 0 ? 'profileTools.noServers' : 'profileTools.empty')}</p>
          ) : rows.length === 0 ? (
            <p className="px-5 py-6 text-ink-3">{t('profileTools.noMatch')}</p>
          ) : (
            <ToolListView rows={rows} names={names} switches={switches} onCustomize={setCustomizing} />
          )}
          {unknown.length > 0 && (
            <p dir="auto" className="wrap-anywhere border-line border-t px-4 py-2.5 text-ink-3 text-sm sm:px-5">
              {unknown.length > NAMED
                ? t('profileTools.unknownMany', { servers: unknown.slice(0, NAMED).join(', '), count: unknown.length - NAMED })
                : t('profileTools.unknown', { servers: unknown.join(', ') })}
            </p>
          )}
        </>
      )}
      {customizing && <CustomizeLinkTool profile={profile} tool={customizing} onClose={() => setCustomizing(null)} />}
    </Card>
  )
}

function FilterChips({ value, onChange }: { value: ToolFilter; onChange: (filter: ToolFilter) => void }) {
  const { t } = useTranslation()
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">{t('profileTools.filter')}</legend>
      {TOOL_FILTERS.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === value}
          onClick={() => onChange(one)}
          className="h-7 rounded-full px-2.5 text-ink-2 text-sm transition-colors duration-(--quick) hover:bg-hover hover:text-ink aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent-text"
        >
          {t(`toolFilter.${one}`)}
        </button>
      ))}
    </fieldset>
  )
}
