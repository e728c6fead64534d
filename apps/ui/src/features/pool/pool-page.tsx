import type { BadPoolEntry, PoolSlot } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Link } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { Notice } from '../../components/notice.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Tag } from '../../components/tag.tsx'
import { QuerySection } from '../health/query-section.tsx'
import { PoolEntries } from './pool-entries.tsx'

/** The addresses of single servers: who has which, and what was skipped. */
export function PoolPage() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const pool = useQuery(queries.pool.get.queryOptions())
  const [all, setAll] = useState(false)
  const slots = pool.data?.slots ?? []
  // A long tail of free generated slots says nothing.
  const told = slots.filter(({ holder, retiredAt, warning }) => holder || retiredAt !== null || warning)
  const shown = all ? slots : told
  return (
    <>
      <PageHeader title={t('pool.title')} description={t('pool.description')} back={{ href: '/servers', label: t('servers.title') }} />
      <div className="flex flex-col gap-5">
        {pool.data && pool.data.moved > 0 && (
          <Notice tone="warn" title={t('pool.moved', { count: pool.data.moved })}>
            {t('pool.movedText')}
          </Notice>
        )}
        {pool.data && pool.data.bad.length > 0 && (
          <Notice tone="warn" title={t('pool.bad', { count: pool.data.bad.length })}>
            <ul>
              {pool.data.bad.map((entry, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the same entry may be there twice
                <BadEntry key={at} {...entry} />
              ))}
            </ul>
          </Notice>
        )}
        <Card title={t('pool.slots')} description={pool.data && t('pool.free', { free: pool.data.free, all: slots.length })} body="list">
          <QuerySection query={pool}>
            <ul className="divide-y divide-line">
              {shown.map((slot) => (
                <SlotRow key={slot.url} slot={slot} />
              ))}
            </ul>
            {told.length < slots.length && (
              <div className="border-line border-t px-2 py-2 sm:px-3">
                <Button variant="quiet" size="small" aria-expanded={all} onClick={() => setAll(!all)}>
                  {all ? t('pool.hideFree') : t('pool.showFree', { count: slots.length - told.length })}
                </Button>
              </div>
            )}
          </QuerySection>
        </Card>
        {pool.data && <PoolEntries pool={pool.data} />}
      </div>
    </>
  )
}

function BadEntry({ entry, reason }: BadPoolEntry) {
  const { t } = useTranslation()
  return (
    <li>
      <code dir="ltr">{entry}</code>: {t(`pool.reasons.${reason}`)}
    </li>
  )
}

function SlotRow({ slot: { slot, url, holder, retiredAt, warning } }: { slot: PoolSlot }) {
  const { t } = useTranslation()
  const name = holder?.name ?? t('pool.somebody')
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 sm:px-5">
      <span className="w-8 shrink-0 text-ink-3 text-sm tabular-nums">{slot}</span>
      <div className="min-w-0 flex-1 basis-64">
        <code dir="ltr" className="wrap-anywhere">
          {url}
        </code>
        {warning && <p className="text-sm text-warn">{t(`pool.warnings.${warning}`)}</p>}
      </div>
      {retiredAt !== null && <Tag tone="quiet">{t('pool.retired')}</Tag>}
      {holder?.deletedAt && <Tag tone="bad">{t('pool.deleted')}</Tag>}
      {holder ? (
        holder.deletedAt === null ? (
          <Link href={`/servers/${holder.id}`}>{name}</Link>
        ) : (
          <span dir="auto">{name}</span>
        )
      ) : (
        <span className="text-ink-3">{t('pool.isFree')}</span>
      )}
    </li>
  )
}
