import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useSecrets } from '../../lib/use-nouns.ts'
import { SecretDialog } from './secret-dialog.tsx'
import { SecretList } from './secret-list.tsx'
import { VaultCard } from './vault-card.tsx'

/** The ledger: everything secret that is stored, where, what uses it, and never its value. */
export function SecretsPage() {
  const { t } = useTranslation()
  const secrets = useSecrets()
  const [adding, setAdding] = useState(false)
  return (
    <>
      <PageHeader
        title={t('secrets.title')}
        description={t('secrets.description')}
        actions={
          <Button variant="primary" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAdding(true)}>
            {t('secrets.add')}
          </Button>
        }
      />
      <div className="flex flex-col gap-6">
        <VaultCard />
        <Card title={t('secrets.stored')} body="list">
          {secrets.isError && (
            <div className="p-4">
              <ErrorState error={secrets.error} onRetry={() => void secrets.refetch()} />
            </div>
          )}
          {secrets.isPending && <RowsSkeleton rows={2} />}
          {secrets.data?.length === 0 && (
            <EmptyState Icon={KeyRound} title={t('secrets.emptyTitle')}>
              {t('secrets.emptyText', { example: '{{secret:name}}' })}
            </EmptyState>
          )}
          {secrets.data && secrets.data.length > 0 && <SecretList secrets={secrets.data} />}
        </Card>
      </div>
      <SecretDialog open={adding} onOpenChange={setAdding} replaced={null} />
    </>
  )
}
