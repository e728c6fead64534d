import { ChevronRight, Layers, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useProfiles } from '../../lib/use-nouns.ts'
import { CreateProfileDialog } from './create-profile-dialog.tsx'
import { DefaultTag } from './default-tag.tsx'

export function ProfilesPage() {
  const { t } = useTranslation()
  const profiles = useProfiles()
  const [creating, setCreating] = useState(false)
  const create = (
    <Button variant="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setCreating(true)}>
      {t('profiles.create')}
    </Button>
  )
  return (
    <>
      <PageHeader title={t('profiles.title')} description={t('profiles.description')} actions={create} />
      {profiles.isError ? (
        <ErrorState error={profiles.error} onRetry={() => void profiles.refetch()} />
      ) : (
        <div className="overflow-hidden rounded-lg border border-line bg-surface shadow-raised">
          {profiles.data === undefined ? (
            <RowsSkeleton />
          ) : profiles.data.length === 0 ? (
            <EmptyState Icon={Layers} title={t('profiles.emptyTitle')} action={create}>
              {t('profiles.emptyText')}
            </EmptyState>
          ) : (
            <ul className="divide-y divide-line">
              {profiles.data.map(({ id, name, slug, isDefault, serverIds, endpoint }) => (
                <li key={id}>
                  <Link
                    href={`/profiles/${slug}`}
                    className="flex items-center gap-3.5 px-4 py-3.5 no-underline transition-colors duration-(--quick) -outline-offset-2! hover:bg-hover sm:px-5"
                  >
                    <Layers aria-hidden className="size-5 shrink-0 text-ink-3" />
                    <span className="min-w-0 flex-1">
                      <span className="flex items-center gap-2">
                        <span dir="auto" className="truncate font-medium">
                          {name}
                        </span>
                        {isDefault && <DefaultTag />}
                      </span>
                      <code dir="ltr" className="block truncate text-ink-3 text-xs">
                        {endpoint}
                      </code>
                    </span>
                    <span className="shrink-0 text-ink-3 text-sm">{t('profiles.servers', { count: serverIds.length })}</span>
                    <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-3 max-sm:hidden rtl:-scale-x-100" />
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
      <CreateProfileDialog open={creating} onOpenChange={setCreating} />
    </>
  )
}
