import { clientsOver, type Profile, type ProfileTool, TOOL_LIMITS, TYPICAL_CONTEXT } from '@local-mcp/contract'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { Notice } from '../../components/notice.tsx'
import { useFormatCount } from '../../lib/use-format-count.ts'
import { useServers } from '../../lib/use-nouns.ts'
import { shownText } from '../tools/server-text.tsx'
import { ClientLoads } from './client-loads-list.tsx'
import { useEffectiveTools } from './use-effective-tools.ts'
import { useToolSwitches } from './use-tool-switches.ts'

const BIGGEST = 5

/** What the definitions of a profile's tools take of every request, and where that goes. */
export function CostCard({ profile }: { profile: Profile }) {
  const { t, i18n } = useTranslation()
  const format = useFormatCount()
  const { data } = useEffectiveTools(profile)
  if (data === undefined || data.total.tools === 0) return null
  const { tools, tokens } = data.total
  const share = tokens / TYPICAL_CONTEXT
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 }).format(share)
  const over = clientsOver(tools)
  const tone = share > 0.2 ? 'bg-bad-fill' : share > 0.1 ? 'bg-warn' : 'bg-accent'
  return (
    <Card title={t('cost.title')} description={t('cost.text')}>
      <div className="flex flex-col gap-5">
        <div>
          <p className="flex flex-wrap items-baseline gap-x-2.5">
            <span className="font-semibold text-2xl tabular-nums tracking-tight">
              {t('cost.total', { count: tokens, tokens: format(tokens) })}
            </span>
            <span className="text-ink-2">{t('cost.totalOf', { count: tools, tools: format(tools) })}</span>
          </p>
          <div aria-hidden className="mt-2.5 h-1.5 overflow-hidden rounded-full bg-hover">
            <div
              className={`h-full rounded-full transition-[width] duration-(--calm) ease-(--ease) ${tone}`}
              style={{ width: `${Math.min(100, Math.max(share * 100, 0.5))}%` }}
            />
          </div>
          <p className="mt-1.5 text-ink-3 text-sm">{t('cost.share', { percent, size: format(TYPICAL_CONTEXT) })}</p>
        </div>
        {over.length > 0 && (
          <Notice
            tone="warn"
            title={t('cost.over', {
              clients: new Intl.ListFormat(i18n.language).format(
                over.map((client) => t('cost.limit', { client: t(`limitedClient.${client}`), limit: TOOL_LIMITS[client] })),
              ),
            })}
          >
            {t('cost.overText', { count: tools, tools: format(tools) })}
          </Notice>
        )}
        <div className="grid gap-x-8 gap-y-5 lg:grid-cols-2">
          <BiggestTools profile={profile} tools={data.tools} />
          <ClientLoads profile={profile} servers={data.servers} />
        </div>
      </div>
    </Card>
  )
}

function BiggestTools({ profile, tools }: { profile: Profile; tools: readonly ProfileTool[] }) {
  const { t } = useTranslation()
  const format = useFormatCount()
  const servers = useServers()
  const { isOn, switchAll } = useToolSwitches(profile)
  const biggest = useMemo(
    () =>
      tools
        .filter(({ hidden }) => hidden === null)
        .toSorted((a, b) => b.tokens - a.tokens)
        .slice(0, BIGGEST),
    [tools],
  )
  return (
    <section aria-label={t('cost.biggest')} className="min-w-0">
      <h3 className="text-ink-2 text-sm">{t('cost.biggest')}</h3>
      <ol className="mt-1 divide-y divide-line">
        {biggest.map((tool) => {
          const server = servers.data?.find(({ id }) => id === tool.serverId)?.name ?? ''
          const name = shownText(tool.exposedName ?? tool.name)
          return (
            <li key={`${tool.serverId} ${tool.name}`} className="flex items-center gap-3 py-1.5">
              <div className="min-w-0 flex-1">
                <code dir="ltr" className="block truncate font-semibold">
                  {name}
                </code>
                <span dir="auto" className="block truncate text-ink-3 text-sm">
                  {server}
                </span>
              </div>
              <span className="shrink-0 text-ink-2 text-sm tabular-nums">
                {t('cost.tokens', { count: tool.tokens, tokens: format(tool.tokens) })}
              </span>
              <Button
                size="small"
                disabled={!isOn(tool)}
                aria-label={t('cost.switchOffLabel', { tool: name, server })}
                onClick={() => void switchAll(tool.serverId, [tool], false)}
              >
                {t('cost.switchOff')}
              </Button>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
