import { useQuery } from '@tanstack/react-query'
import { Archive } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { BackUpNow } from './back-up-now.tsx'
import { BackupList } from './backup-list.tsx'
import { BackupProgressBar } from './backup-progress-bar.tsx'
import { BackupRetention } from './backup-retention.tsx'
import { LastReplacement } from './last-replacement.tsx'
import { ResetEverything } from './reset-everything.tsx'
import { RestoreFromFile } from './restore-from-file.tsx'

export function BackupsPage() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const last = useQuery(queries.data.last.queryOptions())
  const [fromFile, setFromFile] = useState(false)
  return (
    <>
      <PageHeader title={t('backups.title')} description={t('backups.description')} actions={<BackUpNow />} />
      <div className="flex flex-col gap-5">
        {last.data && <LastReplacement replacement={last.data} />}
        <BackupProgressBar />
        <Card
          title={t('backups.list')}
          description={t('backups.listText')}
          body="list"
          actions={
            <Button size="small" onClick={() => setFromFile(true)}>
              {t('backups.fromFile')}
            </Button>
          }
        >
          <BackupList
            empty={
              <EmptyState Icon={Archive} title={t('backups.emptyTitle')}>
                {t('backups.emptyText')}
              </EmptyState>
            }
          />
        </Card>
        <Card title={t('retention.title')} description={t('retention.text')}>
          <BackupRetention />
        </Card>
        <Card title={t('reset.title')} description={t('reset.text')}>
          <ResetEverything />
        </Card>
      </div>
      <RestoreFromFile open={fromFile} onOpenChange={setFromFile} />
    </>
  )
}
