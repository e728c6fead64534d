import type { ReactNode } from 'react'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'

/** What a card shows while its query is on its way, when it failed, and after. */
export function QuerySection({
  query,
  children,
}: {
  query: { isError: boolean; isPending: boolean; error: unknown; refetch: () => unknown }
  children: ReactNode
}) {
  if (query.isError) {
    return (
      <div className="p-4">
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </div>
    )
  }
  return query.isPending ? <RowsSkeleton rows={2} /> : children
}
