import type { Source } from '@local-mcp/contract'
import { Database, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { Tag } from '../../components/tag.tsx'
import { useSources } from '../../lib/use-nouns.ts'
import { DeleteSource } from './delete-source.tsx'
import { SourceDialog } from './source-dialog.tsx'

/** Credentials and settings that servers may use. */
export function SourcesPage() {
  const { t } = useTranslation()
  const sources = useSources()
  const [editing, setEditing] = useState<Source | 'new' | null>(null)
  const [deleting, setDeleting] = useState<Source | null>(null)
  const add = (
    <Button variant="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setEditing('new')}>
      {t('sources.add')}
    </Button>
  )
  return (
    <>
      <PageHeader title={t('sources.title')} description={t('sources.description')} actions={add} />
      {sources.isError ? (
        <ErrorState error={sources.error} onRetry={() => void sources.refetch()} />
      ) : (
        <div className="overflow-hidden rounded-lg border border-line bg-surface shadow-raised">
          {sources.data === undefined ? (
            <RowsSkeleton />
          ) : sources.data.length === 0 ? (
            <EmptyState Icon={Database} title={t('sources.emptyTitle')}>
              {t('sources.emptyText')}
            </EmptyState>
          ) : (
            <ul className="divide-y divide-line">
              {sources.data.map((source) => (
                <SourceRow key={source.id} source={source} onEdit={() => setEditing(source)} onDelete={() => setDeleting(source)} />
              ))}
            </ul>
          )}
        </div>
      )}
      <SourceDialog source={editing} onClose={() => setEditing(null)} />
      <DeleteSource source={deleting} onClose={() => setDeleting(null)} />
    </>
  )
}

function SourceRow({ source, onEdit, onDelete }: { source: Source; onEdit: () => void; onDelete: () => void }) {
  const { t } = useTranslation()
  const { name, type, metadata, serverIds } = source
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <span dir="auto" className="wrap-anywhere font-medium">
            {name}
          </span>
          <Tag tone="quiet">{t(`sources.types.${type}`)}</Tag>
        </p>
        <p dir="ltr" className="wrap-anywhere text-ink-3 text-sm">
          {Object.entries(metadata)
            .map(([key, value]) => `${key}: ${value}`)
            .join(' · ')}
        </p>
        <p className="text-ink-3 text-sm">{t('sources.usedBy', { count: serverIds.length })}</p>
      </div>
      <Button size="small" aria-label={t('sources.editLabel', { name })} onClick={onEdit}>
        {t('sources.edit')}
      </Button>
      <Button
        size="small"
        variant="quiet"
        className="text-bad! hover:bg-bad-soft!"
        aria-label={t('sources.deleteLabel', { name })}
        onClick={onDelete}
      >
        {t('sources.delete')}
      </Button>
    </li>
  )
}
