import type { Finding } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Card } from '../../components/card.tsx'
import { CheckName } from './check-name.tsx'
import { LevelIcon } from './level-icon.tsx'
import { QuerySection } from './query-section.tsx'

/** What needs a person comes first. */
const WEIGHT: Record<Finding['level'], number> = { error: 0, warning: 1, info: 2, ok: 3 }

/** How many lines of what was seen are shown here; the page of the server has them all. */
const EVIDENCE = 3

/** What the doctor found: what was looked at, what was seen, and one safe thing to do. */
export function DoctorCard() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const doctor = useQuery(queries.health.doctor.queryOptions())
  return (
    <Card title={t('health.doctor')} description={t('health.doctorText')} body="list">
      <QuerySection query={doctor}>
        {doctor.data?.length === 0 && <p className="px-5 py-6 text-ink-3">{t('health.noFindings')}</p>}
        <ul className="divide-y divide-line">
          {doctor.data
            ?.toSorted((a, b) => WEIGHT[a.level] - WEIGHT[b.level])
            .map((finding) => (
              <li key={`${finding.check} ${finding.message}`} className="flex gap-2.5 px-5 py-3">
                <LevelIcon level={finding.level} />
                <div className="wrap-anywhere min-w-0">
                  <p>
                    <span className="font-medium">
                      <CheckName name={finding.check} />
                    </span>{' '}
                    <span className="text-ink-2">{finding.message}</span>
                  </p>
                  {finding.code && (
                    <ul dir="ltr" className="font-mono text-ink-3 text-xs">
                      {finding.evidence?.slice(0, EVIDENCE).map((line) => (
                        <li key={line}>{line}</li>
                      ))}
                    </ul>
                  )}
                  {finding.next && <p className="text-ink-3 text-sm">{finding.next}</p>}
                </div>
              </li>
            ))}
        </ul>
      </QuerySection>
    </Card>
  )
}
