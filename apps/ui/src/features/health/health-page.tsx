import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX, RefreshCw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { Facts } from '../../components/facts.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { formatDuration } from '../../lib/format-duration.ts'
import { useSystem } from '../../lib/use-nouns.ts'
import { CheckName } from './check-name.tsx'
import { DoctorCard } from './doctor-card.tsx'
import { LevelIcon } from './level-icon.tsx'
import { QuerySection } from './query-section.tsx'

export function HealthPage() {
  const { t, i18n } = useTranslation()
  const { queries } = useApi()
  const ready = useQuery(queries.health.ready.queryOptions())
  const doctor = useQuery(queries.health.doctor.queryOptions())
  const system = useSystem()
  const check = () => {
    void ready.refetch()
    void doctor.refetch()
  }

  return (
    <>
      <PageHeader
        title={t('health.title')}
        description={t('health.description')}
        actions={
          <Button icon={<RefreshCw aria-hidden className="size-4" />} busy={ready.isFetching || doctor.isFetching} onClick={check}>
            {t('health.check')}
          </Button>
        }
      />
      <div className="flex flex-col gap-5">
        <Card title={t('health.checks')} body="list">
          <QuerySection query={ready}>
            {ready.data && (
              <>
                <p className={`flex items-center gap-2 px-5 py-3 font-medium ${ready.data.status === 'ready' ? 'text-ok' : 'text-bad'}`}>
                  {ready.data.status === 'ready' ? (
                    <CircleCheck aria-hidden className="size-4" />
                  ) : (
                    <CircleX aria-hidden className="size-4" />
                  )}
                  {t(`health.${ready.data.status}`)}
                </p>
                <ul className="divide-y divide-line border-line border-t">
                  {ready.data.checks.map(({ name, ok, ms, code, detail }) => (
                    <li key={name} className="flex items-center gap-2.5 px-5 py-2.5">
                      <LevelIcon level={ok ? 'ok' : 'error'} />
                      <span className="wrap-anywhere min-w-0 flex-1">
                        <CheckName name={name} />
                        {detail && <span className="ms-2 text-ink-2">{detail}</span>}
                      </span>
                      {code && <code className="text-bad text-xs">{code}</code>}
                      <span className="text-ink-3 text-sm tabular-nums">{formatDuration(ms, i18n.language)}</span>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </QuerySection>
        </Card>
        <DoctorCard />
        <Card title={t('health.about')}>
          {system.isError ? (
            <ErrorState error={system.error} onRetry={() => void system.refetch()} />
          ) : system.data === undefined ? (
            <RowsSkeleton rows={1} />
          ) : (
            <Facts
              items={[
                [t('health.version'), system.data.version],
                [t('health.host'), t(`health.hosts.${system.data.host}`)],
                [t('health.mcpUrl'), <CopyLine key="url" label={t('health.mcpUrl')} value={system.data.mcpUrl} />],
                [t('health.dataDir'), <CopyLine key="dir" label={t('health.dataDir')} value={system.data.dataDir} />],
                [t('health.database'), <CopyLine key="db" label={t('health.database')} value={system.data.databasePath} />],
              ]}
            />
          )}
        </Card>
      </div>
    </>
  )
}
