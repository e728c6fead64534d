import { useTranslation } from 'react-i18next'
import { CheckboxField } from '../../components/checkbox-field.tsx'
import { TextField } from '../../components/field.tsx'
import type { ServerFormValues } from './server-form-values.ts'

interface Props {
  values: ServerFormValues
  onChange: (part: Partial<ServerFormValues>) => void
  errors: Readonly<Record<string, string>>
}

/** The key of a remote server. One that is stored is never shown: it stays, is replaced, or goes. */
export function ApiKeyField({ values, onChange, errors }: Props) {
  const { t } = useTranslation()
  const { storedKey, dropKey } = values
  return (
    <div className="flex flex-col gap-2">
      <TextField
        label={t('apiKey.label')}
        optional={t('common.optional')}
        name="apiKey.value"
        hint={storedKey ? t('apiKey.stored', { hint: `••••${storedKey.hint ?? ''}` }) : t('apiKey.hint')}
        type="password"
        autoComplete="new-password"
        value={values.apiKey}
        onChange={(apiKey) => onChange({ apiKey, dropKey: false })}
        error={errors['apiKey.value']}
      />
      {storedKey && (
        <CheckboxField
          name="dropKey"
          label={t('apiKey.drop')}
          hint={t('apiKey.dropHint')}
          checked={dropKey}
          onChange={(drop) => onChange({ dropKey: drop, apiKey: '' })}
        />
      )}
      {(values.apiKey !== '' || (storedKey && !dropKey)) && (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t('apiKey.header')}
            name="apiKey.headerName"
            placeholder="Authorization"
            value={values.keyHeader}
            onChange={(keyHeader) => onChange({ keyHeader })}
            error={errors['apiKey.headerName']}
            code
          />
          <TextField
            label={t('apiKey.template')}
            name="apiKey.template"
            hint={t('apiKey.templateHint', { example: '{apiKey}' })}
            placeholder={/^(authorization)?$/i.test(values.keyHeader.trim()) ? 'Bearer {apiKey}' : '{apiKey}'}
            value={values.keyTemplate}
            onChange={(keyTemplate) => onChange({ keyTemplate })}
            error={errors['apiKey.template']}
            code
          />
        </div>
      )}
    </div>
  )
}
