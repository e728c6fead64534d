import { DAYS } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { ChoicesField } from '../../components/choices-field.tsx'
import { TextField } from '../../components/field.tsx'
import { useProfiles, useServers } from '../../lib/use-nouns.ts'
import { LIMIT_KEYS, type TokenFormValues } from './token-form-values.ts'

interface Props {
  values: TokenFormValues
  onChange: (part: Partial<TokenFormValues>) => void
  errors: Readonly<Record<string, string>>
}

/** The first error of a field or of something in it. */
const errorOf = (errors: Props['errors'], field: string): string | undefined =>
  Object.entries(errors).find(([path]) => path === field || path.startsWith(`${field}.`))?.[1]

/** What few tokens need: less than every profile, server, place and time. */
export function TokenLimits({ values, onChange, errors }: Props) {
  const { t } = useTranslation()
  const profiles = useProfiles()
  const servers = useServers()
  const named = (all: readonly { id: string; name: string }[] = []) => all.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <details className="rounded-md border border-line px-3.5 py-3">
      <summary className="cursor-pointer font-medium">{t('createToken.limits')}</summary>
      <div className="mt-4 flex flex-col gap-4">
        <ChoicesField
          label={t('createToken.profiles')}
          name="profiles"
          hint={t('createToken.noneIsAll')}
          value={values.profiles}
          onChange={(next) => onChange({ profiles: next })}
          choices={named(profiles.data)}
          error={errorOf(errors, 'profiles')}
        />
        <ChoicesField
          label={t('createToken.servers')}
          name="servers"
          hint={t('createToken.noneIsAll')}
          value={values.servers}
          onChange={(next) => onChange({ servers: next })}
          choices={named(servers.data)}
          error={errorOf(errors, 'servers')}
        />
        <TextField
          label={t('createToken.addresses')}
          optional={t('common.optional')}
          name="addresses"
          hint={t('createToken.addressesHint')}
          value={values.addresses}
          onChange={(addresses) => onChange({ addresses })}
          error={errorOf(errors, 'addresses')}
          code
        />
        <ChoicesField
          label={t('createToken.days')}
          name="timeWindow.days"
          hint={t('createToken.daysHint')}
          value={values.days}
          onChange={(days) => onChange({ days })}
          choices={DAYS.map((day) => ({ value: day, label: t(`createToken.day.${day}`) }))}
          error={errorOf(errors, 'timeWindow.days')}
        />
        <div className="grid gap-4 sm:grid-cols-3">
          {(['from', 'to', 'zone'] as const).map((field) => (
            <TextField
              key={field}
              label={t(`createToken.${field}`)}
              name={`timeWindow.${field}`}
              placeholder={field === 'zone' ? undefined : t(`createToken.${field}Example`)}
              value={values[field]}
              onChange={(next) => onChange({ [field]: next })}
              error={errorOf(errors, `timeWindow.${field}`)}
              code
            />
          ))}
        </div>
        <div className="grid gap-4 sm:grid-cols-4">
          {LIMIT_KEYS.map((key) => (
            <TextField
              key={key}
              label={t(`createToken.limit.${key}`)}
              name={`usageLimits.${key}`}
              inputMode="numeric"
              value={values.limits[key]}
              onChange={(next) => onChange({ limits: { ...values.limits, [key]: next } })}
              error={errorOf(errors, `usageLimits.${key}`)}
            />
          ))}
        </div>
        <p className="text-ink-3 text-sm">{t('createToken.limitHint')}</p>
      </div>
    </details>
  )
}
