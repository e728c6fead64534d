import type { Profile } from '@local-mcp/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { MissingPage } from '../../components/missing-page.tsx'
import { PageSkeleton } from '../../components/skeleton.tsx'
import { useProfiles } from '../../lib/use-nouns.ts'

/** One profile out of the live list, or what is shown in its place: on its way, failed, not there (any more). */
export function WithProfile({ slug, children }: { slug: string; children: (profile: Profile) => ReactNode }) {
  const { t } = useTranslation()
  const profiles = useProfiles()
  const profile = profiles.data?.find((one) => one.slug === slug || one.id === slug)
  if (profile) return children(profile)
  if (profiles.isError) return <ErrorState error={profiles.error} onRetry={() => void profiles.refetch()} />
  if (profiles.isPending || profiles.isFetching) return <PageSkeleton />
  return (
    <MissingPage
      title={t('profile.goneTitle')}
      action={
        <Button href="/profiles" variant="primary">
          {t('profile.goneAction')}
        </Button>
      }
    >
      {t('profile.goneText')}
    </MissingPage>
  )
}
