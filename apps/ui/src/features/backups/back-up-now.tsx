import { Archive } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { useBackupProgress } from '../../app/backup-progress.ts'
import { Button } from '../../components/button.tsx'
import { useAction, useSay, useSee } from '../../lib/use-action.ts'

export function BackUpNow() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const running = useBackupProgress() !== null
  const run = useAction(
    queries.backups.run.mutationOptions({
      onSuccess: (backup) => {
        see({ type: 'backup.finished', backup })
        say(t('backups.made'))
      },
    }),
  )
  return (
    <Button
      variant="primary"
      icon={<Archive aria-hidden className="size-4" />}
      busy={run.isPending || running}
      onClick={() => run.mutate({})}
    >
      {t('backups.now')}
    </Button>
  )
}
