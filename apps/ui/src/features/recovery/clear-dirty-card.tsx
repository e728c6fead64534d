import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'

export function ClearDirtyCard() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const clear = useMutation(queries.recovery.clearDirty.mutationOptions())
  return (
    <Card title={t('recovery.clearDirty')} description={t('recovery.clearDirtyText')}>
      <div className="flex flex-col items-start gap-3">
        {clear.isError && <ErrorState error={clear.error} />}
        <Button busy={clear.isPending} onClick={() => clear.mutate(undefined)}>
          {t('recovery.clearDirtyAction')}
        </Button>
      </div>
    </Card>
  )
}
