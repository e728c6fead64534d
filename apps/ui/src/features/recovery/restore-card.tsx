import { Archive } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { BackupList } from '../backups/backup-list.tsx'
import { RestoreFromFile } from '../backups/restore-from-file.tsx'

export function RestoreCard() {
  const { t } = useTranslation()
  const [fromFile, setFromFile] = useState(false)
  return (
    <Card
      title={t('recovery.restore')}
      description={t('recovery.restoreText')}
      body="list"
      actions={
        <Button size="small" onClick={() => setFromFile(true)}>
          {t('backups.fromFile')}
        </Button>
      }
    >
      <BackupList
        restoreOnly
        empty={
          <EmptyState Icon={Archive} title={t('recovery.noBackups')}>
            {t('recovery.noBackupsText')}
          </EmptyState>
        }
      />
      <RestoreFromFile open={fromFile} onOpenChange={setFromFile} />
    </Card>
  )
}
