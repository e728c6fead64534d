import { useTranslation } from 'react-i18next'
import { useAppearance } from '../../app/appearance.ts'
import { openOverlay } from '../../app/overlays.ts'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CheckboxField } from '../../components/checkbox-field.tsx'
import { QueryBody } from './query-body.tsx'
import { useChangeAppearance } from './use-change-appearance.ts'

export function KeyboardCard() {
  const { t } = useTranslation()
  const appearance = useAppearance()
  const change = useChangeAppearance()
  return (
    <Card
      title={t('keyboard.title')}
      description={t('keyboard.text')}
      actions={
        <Button size="small" onClick={() => openOverlay('shortcuts')}>
          {t('keyboard.show')}
        </Button>
      }
    >
      <QueryBody query={appearance}>
        {({ singleKeys }) => (
          <CheckboxField
            label={t('keyboard.singleKeys')}
            hint={t('keyboard.singleKeysHint')}
            checked={singleKeys}
            onChange={(next) => change({ singleKeys: next })}
          />
        )}
      </QueryBody>
    </Card>
  )
}
