import type { ChangedTools } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Card } from '../../components/card.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { useAction, useSee } from '../../lib/use-action.ts'

const MODES = ['block', 'flag'] as const satisfies readonly ChangedTools[]

/** What happens to changed tools, for all servers at once. */
export function ChangedToolsField() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const setting = useQuery(queries.settings.getChangedTools.queryOptions())
  const update = useAction(
    queries.settings.setChangedTools.mutationOptions({ onSuccess: (now) => see({ type: 'settings.changed-tools.updated', ...now }) }),
  )
  const value = update.isPending ? update.variables.changedTools : setting.data?.changedTools
  if (!value) return null
  return (
    <Card title={t('changes.setting')}>
      <div className="max-w-md">
        <SelectField<ChangedTools>
          label={t('changes.settingLabel')}
          name="changedTools"
          value={value}
          onChange={(changedTools) => update.mutate({ changedTools })}
          choices={MODES.map((mode) => ({ value: mode, label: t(`changedTools.${mode}`), detail: t(`changedToolsText.${mode}`) }))}
          hint={t(`changedToolsText.${value}`)}
          busy={update.isPending}
        />
      </div>
    </Card>
  )
}
