import type { Profile, ServerCost } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/router.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useFormatCount } from '../../lib/use-format-count.ts'
import { useTokens } from '../../lib/use-nouns.ts'
import { clientLoads } from './client-loads.ts'

const SHOWN = 5

/** What each client that can use the profile loads of it. */
export function ClientLoads({ profile, servers }: { profile: Profile; servers: readonly ServerCost[] }) {
  const { t } = useTranslation()
  const format = useFormatCount()
  const tokens = useTokens()
  if (tokens.data === undefined) return null
  const loads = clientLoads(tokens.data, profile.id, servers, Date.now())
  return (
    <section aria-label={t('cost.clients')} className="min-w-0">
      <h3 className="text-ink-2 text-sm">{t('cost.clients')}</h3>
      {loads.length === 0 ? (
        <p className="mt-2 text-ink-3 text-sm">{t('cost.noClients')}</p>
      ) : (
        <ul className="mt-1 divide-y divide-line">
          {loads.slice(0, SHOWN).map(({ id, name, lastUsedAt, tools, tokens: cost }) => (
            <li key={id} className="flex items-center gap-3 py-1.5">
              <div className="min-w-0 flex-1">
                <Link href={`/clients/tokens/${id}`} dir="auto" className="block truncate font-medium no-underline hover:underline">
                  {name}
                </Link>
                <span className="block text-ink-3 text-sm">{lastUsedAt === null ? t('cost.neverUsed') : <TimeAgo at={lastUsedAt} />}</span>
              </div>
              <span className="shrink-0 text-end text-ink-2 text-sm tabular-nums">
                {t('cost.ofServer', { count: tools, tools: format(tools), tokens: format(cost) })}
              </span>
            </li>
          ))}
        </ul>
      )}
      {loads.length > SHOWN && <p className="mt-1.5 text-ink-3 text-sm">{t('cost.moreClients', { count: loads.length - SHOWN })}</p>}
    </section>
  )
}
