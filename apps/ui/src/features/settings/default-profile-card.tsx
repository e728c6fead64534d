import { useTranslation } from 'react-i18next'
import { Card } from '../../components/card.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { useProfiles } from '../../lib/use-nouns.ts'
import { useSetDefaultProfile } from '../profiles/use-set-default-profile.ts'
import { QueryBody } from './query-body.tsx'

/** Which profile clients get that name none. */
export function DefaultProfileCard() {
  const { t } = useTranslation()
  const profiles = useProfiles()
  const set = useSetDefaultProfile()
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
