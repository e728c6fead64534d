import { lazy, Suspense } from 'react'
import { ErrorState } from '../components/error-state.tsx'
import { PageSkeleton } from '../components/skeleton.tsx'
import { useRecovery } from '../lib/use-nouns.ts'
import { ConnectionBanner } from './connection-banner.tsx'
import { Shell } from './shell.tsx'
import { useKeptFocus } from './use-kept-focus.ts'
import { useLiveFeed } from './use-live-feed.ts'

const RecoveryPage = lazy(async () => ({ default: (await import('../features/recovery/recovery-page.tsx')).RecoveryPage }))

/** The pages, or recovery in their place while the database does not open: asked anew after each lost connection. */
export function Window() {
  useLiveFeed()
  useKeptFocus()
  const recovery = useRecovery()
  if (recovery.data === null) return <Shell />
  return (
    <>
      <ConnectionBanner />
      <main id="main" className="mx-auto w-full max-w-3xl px-4 pt-6 pb-16 sm:px-6 md:pt-9">
        {recovery.isError ? (
          <ErrorState error={recovery.error} onRetry={() => void recovery.refetch()} />
        ) : recovery.data === undefined ? (
          <PageSkeleton />
        ) : (
          <Suspense fallback={<PageSkeleton />}>
            <RecoveryPage state={recovery.data} />
          </Suspense>
        )}
      </main>
    </>
  )
}
