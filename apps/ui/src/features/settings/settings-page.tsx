import { useTranslation } from 'react-i18next'
import { navigate, useSearchParam } from '../../app/router.tsx'
import { Card } from '../../components/card.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { BackupRetention } from '../backups/backup-retention.tsx'
import { RateLimitsCard } from '../clients/rate-limits-card.tsx'
import { IdleSetting } from '../servers/idle-setting.tsx'
import { OAuthSettingsCard } from '../sign-ins/oauth-settings-card.tsx'
import { ChangedToolsField } from '../tools/changed-tools-field.tsx'
import { AboutCard } from './about-card.tsx'
import { AppearanceCard } from './appearance-card.tsx'
import { DefaultProfileCard } from './default-profile-card.tsx'
import { KeyboardCard } from './keyboard-card.tsx'
import { LanguageCard } from './language-card.tsx'

const PARTS = ['window', 'gateway', 'about'] as const

/** Everything that is set once and holds everywhere. */
export function SettingsPage() {
  const { t } = useTranslation()
  const part = useSearchParam('part')
  return (
    <>
      <PageHeader title={t('settings.title')} description={t('settings.description')} />
      <Tabs
        label={t('settings.parts')}
        value={PARTS.find((one) => one === part) ?? 'window'}
        onChange={(next) => navigate(`/settings?part=${next}`, { replace: true })}
        items={[
          { value: 'window', label: t('settings.window'), content: <WindowSettings /> },
          { value: 'gateway', label: t('settings.gateway'), content: <GatewaySettings /> },
          { value: 'about', label: t('settings.about'), content: <AboutCard /> },
        ]}
      />
    </>
  )
}

function WindowSettings() {
  return (
    <>
      <AppearanceCard />
      <LanguageCard />
      <KeyboardCard />
    </>
  )
}

function GatewaySettings() {
  const { t } = useTranslation()
  return (
    <>
      <DefaultProfileCard />
      <IdleSetting />
      <ChangedToolsField />
      <RateLimitsCard />
      <Card title={t('retention.title')} description={t('retention.text')}>
        <BackupRetention />
      </Card>
      <OAuthSettingsCard />
    </>
  )
}
