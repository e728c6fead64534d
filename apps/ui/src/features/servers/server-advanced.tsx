import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CheckboxField } from '../../components/checkbox-field.tsx'
import { TextField } from '../../components/field.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { CARRIERS, PROTOCOLS, type ServerFormValues } from './server-form-values.ts'

interface Props {
  values: ServerFormValues
  onChange: (part: Partial<ServerFormValues>) => void
  errors: Readonly<Record<string, string>>
  /** The type of a server is fixed once it exists. */
  fixedKind: boolean
}

/** How the server is spoken to. What nobody has to know, since it is found out. */
export function ServerAdvanced({ values, onChange, errors, fixedKind }: Props) {
  const { t } = useTranslation()
  const { kind, carrier, protocol, keepAlive } = values
  const isUrl = kind === 'remote_http'
  const isOld = isUrl && carrier === 'sse'
  const [wasChosen] = useState(isOld || protocol !== 'auto' || keepAlive)
  return (
    <details open={wasChosen} className="rounded-md border border-line px-3.5 py-3">
      <summary className="cursor-pointer font-medium">{t('serverForm.advanced')}</summary>
      <div className="mt-4 flex flex-col gap-5">
        {isUrl && !fixedKind && (
          <SelectField
            label={t('serverForm.carrier')}
            name="type"
            hint={t('serverForm.carrierHint')}
            value={carrier}
            onChange={(next) => onChange({ carrier: next })}
            choices={CARRIERS.map((value) => ({ value, label: t(`serverForm.carriers.${value}`) }))}
          />
        )}
        {isOld ? (
          <TextField
            label={t('serverForm.postEndpoint')}
            optional={t('common.optional')}
            name="config.postEndpoint"
            hint={t('serverForm.postEndpointHint')}
            value={values.postEndpoint}
            onChange={(postEndpoint) => onChange({ postEndpoint })}
            error={errors['config.postEndpoint']}
            code
          />
        ) : (
          <SelectField
            label={t('serverForm.protocol')}
            name="config.protocol"
            hint={t('serverForm.protocolHint')}
            value={protocol}
            onChange={(next) => onChange({ protocol: next })}
            choices={PROTOCOLS.map((value) => ({ value, label: t(`serverForm.protocols.${value}`) }))}
            error={errors['config.protocol']}
          />
        )}
        {!isUrl && (
          <CheckboxField
            label={t('serverForm.keepAlive')}
            name="keepAlive"
            hint={t('serverForm.keepAliveHint')}
            checked={keepAlive}
            onChange={(next) => onChange({ keepAlive: next })}
          />
        )}
      </div>
    </details>
  )
}
