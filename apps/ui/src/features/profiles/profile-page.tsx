import type { Profile, ToolNaming } from '@local-mcp/contract'
import { Star } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { useAction, useSee } from '../../lib/use-action.ts'
import { activityPath } from '../activity/call-filters.ts'
import { CostCard } from './cost-card.tsx'
import { DefaultTag } from './default-tag.tsx'
import { DeleteProfile } from './delete-profile.tsx'
import { LinkedServers } from './linked-servers.tsx'
import { ProfileDetails } from './profile-details.tsx'
import { ProfileToolsCard } from './profile-tools-card.tsx'
import { PromptCard } from './prompt-card.tsx'
import { useSetDefaultProfile } from './use-set-default-profile.ts'
import { WithProfile } from './with-profile.tsx'

export function ProfilePage({ profile }: { profile?: string }) {
  return <WithProfile slug={profile ?? ''}>{(found) => <ProfileDetail profile={found} />}</WithProfile>
}

const NAMINGS = ['first_wins', 'always_prefix', 'reject'] as const satisfies readonly ToolNaming[]

function ProfileDetail({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const update = useAction(
    queries.profiles.update.mutationOptions({ onSuccess: (changed) => see({ type: 'profile.updated', profile: changed }) }),
  )
  const naming = update.isPending ? (update.variables.toolNaming ?? profile.toolNaming) : profile.toolNaming
  return (
    <>
      <PageHeader
        title={profile.name}
        back={{ href: '/profiles', label: t('profiles.title') }}
        description={
          (profile.isDefault || profile.description) && (
            <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
              {profile.isDefault && <DefaultTag />}
              <span dir="auto" className="wrap-anywhere">
                {profile.description}
              </span>
            </span>
          )
        }
        actions={
          <>
            <Button href={activityPath({ profile: profile.slug })}>{t('calls.allOfProfile')}</Button>
            {!profile.isDefault && <MakeDefault profile={profile} />}
            <Button href={`/clients/connect?profile=${profile.slug}`} variant="primary">
              {t('clients.connect')}
            </Button>
          </>
        }
      />
      <div className="flex flex-col gap-5">
        <Card title={t('profile.endpoint')} description={profile.isDefault ? t('profile.endpointDefault') : t('profile.endpointText')}>
          <CopyLine label={t('profile.endpointWord')} value={profile.endpoint} />
        </Card>
        <LinkedServers profile={profile} />
        <Card title={t('profile.naming')}>
          <div className="max-w-md">
            <SelectField<ToolNaming>
              label={t('profile.namingLabel')}
              name="toolNaming"
              value={naming}
              onChange={(toolNaming) => update.mutate({ profile: profile.id, toolNaming })}
              choices={NAMINGS.map((value) => ({ value, label: t(`toolNaming.${value}`), detail: t(`toolNamingText.${value}`) }))}
              hint={t(`toolNamingText.${naming}`)}
              busy={update.isPending}
            />
          </div>
        </Card>
        <CostCard profile={profile} />
        <ProfileToolsCard profile={profile} />
        <PromptCard profile={profile} />
        <ProfileDetails key={profile.id} profile={profile} />
        <DeleteProfile profile={profile} />
      </div>
    </>
  )
}

function MakeDefault({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const set = useSetDefaultProfile()
  return (
    <Button icon={<Star aria-hidden className="size-4" />} busy={set.isPending} onClick={() => set.mutate({ profile: profile.id })}>
      {t('profile.makeDefault')}
    </Button>
  )
}
