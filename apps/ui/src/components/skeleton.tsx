import { useTranslation } from 'react-i18next'

/** Rows in the place of a list that is on its way. */
export function RowsSkeleton({ rows = 3 }: { rows?: number }) {
  const { t } = useTranslation()
  return (
    <div role="status" aria-label={t('common.loading')} className="divide-y divide-line">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
        <div key={row} className="pulse flex items-center gap-3 px-5 py-4">
          <div className="size-5 shrink-0 rounded-full bg-hover" />
          <div className="flex-1 space-y-2">
            <div className="h-3 w-2/5 max-w-56 rounded-sm bg-hover" />
            <div className="h-2.5 w-3/5 max-w-80 rounded-sm bg-hover" />
          </div>
        </div>
      ))}
    </div>
  )
}

/** A whole page on its way. */
export function PageSkeleton() {
  return (
    <div>
      <div className="pulse mb-7 space-y-2.5">
        <div className="h-6 w-44 rounded-sm bg-hover" />
        <div className="h-3 w-72 max-w-full rounded-sm bg-hover" />
      </div>
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        <RowsSkeleton />
      </div>
    </div>
  )
}
