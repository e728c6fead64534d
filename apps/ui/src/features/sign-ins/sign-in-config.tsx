import type { OAuthConfig, Server, SignIn } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { CheckboxField } from '../../components/checkbox-field.tsx'
import { TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { Notice } from '../../components/notice.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'

const TEXTS = ['scopes', 'issuer', 'authorizationUrl', 'tokenUrl', 'revocationUrl'] as const

/** What somebody can say about a sign-in that the server does not say itself. */
export function SignInConfig({ server, config }: { server: Server; config: SignIn['config'] }) {
  const { t } = useTranslation()
  const [wasSet] = useState(config !== null)
  return (
    <details open={wasSet} className="rounded-lg border border-line bg-surface px-4 py-3 shadow-raised sm:px-5">
      <summary className="cursor-pointer font-medium">{t('signInConfig.title')}</summary>
      {/* Made anew when it was changed elsewhere. */}
      <ConfigForm key={JSON.stringify(config)} server={server} saved={config ?? {}} />
    </details>
  )
}

function ConfigForm({ server, saved }: { server: Server; saved: OAuthConfig }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const say = useSay()
  const [values, setValues] = useState<OAuthConfig>(saved)
  const save = useMutation(
    queries.oauth.setConfig.mutationOptions({
      onSuccess: () => {
        see({ type: 'oauth.server.changed', serverId: server.id })
        say(t('signInConfig.saved'))
      },
    }),
  )
  const submit = () => {
    const config = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '' && value !== false)) as OAuthConfig
    save.mutate({ server: server.id, config: Object.keys(config).length === 0 ? null : config })
  }
  return (
    <Form
      error={save.error}
      busy={save.isPending}
      onSubmit={submit}
      className="mt-4 flex flex-col gap-4"
      fields={TEXTS.map((key) => `config.${key}`)}
      actions={
        <Button type="submit" className="self-end" busy={save.isPending}>
          {t('common.save')}
        </Button>
      }
    >
      {(errors) => (
        <>
          <p className="text-ink-3 text-sm">{t('signInConfig.text')}</p>
          {TEXTS.map((key) => (
            <TextField
              key={key}
              label={t(`signInConfig.${key}`)}
              optional={t('common.optional')}
              name={`config.${key}`}
              hint={t(`signInConfig.${key}Hint`)}
              value={values[key] ?? ''}
              onChange={(value) => setValues({ ...values, [key]: value })}
              error={errors[`config.${key}`]}
              code
            />
          ))}
          <CheckboxField
            label={t('signInConfig.omitResource')}
            name="config.omitResource"
            hint={t('signInConfig.omitResourceHint')}
            checked={values.omitResource ?? false}
            onChange={(omitResource) => setValues({ ...values, omitResource })}
          />
          <CheckboxField
            label={t('signInConfig.allowMissingPkce')}
            name="config.allowMissingPkce"
            hint={t('signInConfig.allowMissingPkceHint')}
            checked={values.allowMissingPkce ?? false}
            onChange={(allowMissingPkce) => setValues({ ...values, allowMissingPkce })}
          />
          {values.allowMissingPkce && (
            <Notice tone="warn" title={t('signInConfig.pkceWarning')}>
              {t('signInConfig.pkceWarningText')}
            </Notice>
          )}
        </>
      )}
    </Form>
  )
}
