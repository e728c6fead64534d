import type { SalvageReport } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { Facts } from '../../components/facts.tsx'
import { Notice } from '../../components/notice.tsx'
import { RestoreDialog } from '../backups/restore-dialog.tsx'

/** Two steps: a new file with a report of what is in it, and then, if that is good enough, its putting into place. */
export function SalvageCard() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const [source, setSource] = useState<string | null>(null)
  const salvage = useMutation(queries.recovery.salvage.mutationOptions())
  return (
    <Card title={t('recovery.salvage')} description={t('recovery.salvageText')}>
      <div className="flex flex-col items-start gap-4">
        {salvage.isError && <ErrorState error={salvage.error} />}
        {salvage.data && <Report report={salvage.data} />}
        <div className="flex flex-wrap gap-2">
          {salvage.data && (
            <Button variant="primary" onClick={() => setSource(salvage.data.path)}>
              {t('recovery.salvageUse')}
            </Button>
          )}
          {!salvage.data && (
            <Button busy={salvage.isPending} onClick={() => salvage.mutate(undefined)}>
              {t('recovery.salvageAction')}
            </Button>
          )}
        </div>
      </div>
      <RestoreDialog source={source} onClose={() => setSource(null)} />
    </Card>
  )
}

function Report({ report: { tables, path, copies } }: { report: SalvageReport }) {
  const { t } = useTranslation()
  const rows = tables
    .map(({ table, kept, damaged, unreadable, orphaned }) => ({
      table,
      kept,
      lost: [
        damaged > 0 && t('recovery.damaged', { count: damaged }),
        unreadable === null ? t('recovery.unknown') : unreadable > 0 && t('recovery.unreadable', { count: unreadable }),
        orphaned > 0 && t('recovery.orphaned', { count: orphaned }),
      ].filter((part) => part !== false),
    }))
    .filter(({ kept, lost }) => kept > 0 || lost.length > 0)
  const count = tables.reduce((sum, { kept }) => sum + kept, 0)
  return (
    <div className="flex w-full flex-col gap-4">
      <Notice tone="ok" title={t('recovery.salvageDone', { count })} />
      <table aria-label={t('recovery.salvageTable')} className="w-full text-sm">
        <thead className="border-line border-b text-ink-3">
          <tr>
            {(['table', 'kept', 'lost'] as const).map((column) => (
              <th key={column} scope="col" className="py-1.5 pe-3 text-start font-medium">
                {t(`recovery.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line tabular-nums">
          {rows.map(({ table, kept, lost }) => (
            <tr key={table} className="align-top">
              <th scope="row" className="wrap-anywhere py-1.5 pe-3 text-start font-mono font-normal text-xs leading-5">
                {table}
              </th>
              <td className="py-1.5 pe-3">{kept}</td>
              <td className={`py-1.5 ${lost.length > 0 ? 'text-bad' : 'text-ink-3'}`}>{lost.join(', ') || '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Facts
        items={[
          [t('recovery.newFile'), path],
          [t('recovery.copies'), copies.join(', ')],
        ]}
      />
    </div>
  )
}
