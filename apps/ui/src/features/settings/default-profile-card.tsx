import type { Profile } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Card } from '../../components/card.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useProfiles } from '../../lib/use-nouns.ts'
import { useOptimistic } from '../../lib/use-optimistic.ts'
import { QueryBody } from './query-body.tsx'

/** Which profile clients get that name none. */
export function DefaultProfileCard() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const profiles = useProfiles()
  const see = useSee()
  const set = useOptimistic(
    queries.settings.setDefaultProfile.mutationOptions({ onSuccess: ({ name }) => say(t('defaultProfile.saved', { name })) }),
    {
      queryKey: queries.profiles.list.queryKey(),
      apply: (list: Profile[], { profile }) => list.map((one) => ({ ...one, isDefault: one.id === profile })),
      settle: (profile) => see({ type: 'profile.updated', profile }),
    },
  )
  return (
    <Card title={t('defaultProfile.title')} description={t('defaultProfile.text')}>
      <QueryBody query={profiles}>
        {(list) => (
          <div className="max-w-md">
            <SelectField
              label={t('defaultProfile.label')}
              name="profile"
              value={list.find(({ isDefault }) => isDefault)?.id ?? ''}
              onChange={(profile) => set.mutate({ profile })}
              choices={list.map(({ id, name, slug }) => ({ value: id, label: name, detail: slug }))}
            />
          </div>
        )}
      </QueryBody>
    </Card>
  )
}
