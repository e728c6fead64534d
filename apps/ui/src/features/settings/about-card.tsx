import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { Facts } from '../../components/facts.tsx'
import { useSystem } from '../../lib/use-nouns.ts'
import { QueryBody } from './query-body.tsx'

export function AboutCard() {
  const { t } = useTranslation()
  const system = useSystem()
  return (
    <Card
      title={t('app.name')}
      description={t('about.more')}
      actions={
        <Button size="small" href="/health">
          {t('about.health')}
        </Button>
      }
    >
      <QueryBody query={system}>
        {({ version, dataDir }) => (
          <Facts
            items={[
              [t('about.version'), version],
              [t('about.licence'), t('about.licenceText')],
              [t('about.dataDir'), <CopyLine key="dir" label={t('about.dataDir')} value={dataDir} />],
            ]}
          />
        )}
      </QueryBody>
    </Card>
  )
}
