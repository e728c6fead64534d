import type { OAuthSettings } from '@local-mcp/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CheckboxField } from '../../components/checkbox-field.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'

const HOSTS = ['127.0.0.1', 'localhost'] as const satisfies readonly OAuthSettings['redirectHost'][]

/** What holds for all sign-ins. */
export function OAuthSettingsCard() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const settings = useQuery(queries.oauth.getSettings.queryOptions())
  return (
    <Card title={t('oauthSettings.title')}>
      {settings.isError ? (
        <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
      ) : settings.data === undefined ? (
        <RowsSkeleton rows={1} />
      ) : (
        // Made anew when somebody else changed them.
        <SettingsForm key={JSON.stringify(settings.data)} saved={settings.data} />
      )}
    </Card>
  )
}

function SettingsForm({ saved }: { saved: OAuthSettings }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const say = useSay()
  const [values, setValues] = useState(saved)
  const update = useMutation(
    queries.oauth.updateSettings.mutationOptions({
      onSuccess: (settings) => {
        see({ type: 'oauth.settings.updated', settings })
        say(t('oauthSettings.saved'))
      },
    }),
  )
  const changed = JSON.stringify(values) !== JSON.stringify(saved)
  return (
    <Form
      error={update.error}
      busy={update.isPending}
      onSubmit={() => changed && update.mutate(values)}
      fields={['keepSignedIn', 'redirectHost', 'clientMetadataUrl']}
      actions={
        <Button type="submit" className="self-start" disabled={!changed} busy={update.isPending}>
          {t('common.save')}
        </Button>
      }
    >
      {(errors) => (
        <>
          <CheckboxField
            label={t('oauthSettings.keepSignedIn')}
            name="keepSignedIn"
            hint={t('oauthSettings.keepSignedInHint')}
            checked={values.keepSignedIn}
            onChange={(keepSignedIn) => setValues({ ...values, keepSignedIn })}
          />
          <div className="max-w-md">
            <SelectField
              label={t('oauthSettings.redirectHost')}
              name="redirectHost"
              hint={t('oauthSettings.redirectHostHint')}
              value={values.redirectHost}
              onChange={(redirectHost) => setValues({ ...values, redirectHost })}
              choices={HOSTS.map((value) => ({ value, label: value }))}
              error={errors.redirectHost}
            />
          </div>
          <TextField
            label={t('oauthSettings.clientMetadataUrl')}
            optional={t('common.optional')}
            name="clientMetadataUrl"
            hint={t('oauthSettings.clientMetadataUrlHint')}
            placeholder="https://"
            value={values.clientMetadataUrl}
            onChange={(clientMetadataUrl) => setValues({ ...values, clientMetadataUrl: clientMetadataUrl.trim() })}
            error={errors.clientMetadataUrl}
            code
          />
          <MetadataDocument />
        </>
      )}
    </Form>
  )
}

/** What whoever hosts the document puts at that address. */
function MetadataDocument() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const document = useQuery(queries.oauth.clientMetadata.queryOptions())
  if (document.data === undefined) return null
  const text = JSON.stringify(document.data, null, 2)
  return (
    <details className="rounded-md border border-line px-3.5 py-3">
      <summary className="cursor-pointer font-medium">{t('oauthSettings.document')}</summary>
      <div className="mt-3">
        <div className="mb-1 flex items-center justify-between gap-2">
          <p className="text-ink-3 text-sm">{t('oauthSettings.documentText')}</p>
          <CopyButton label={t('copy.label', { what: t('oauthSettings.documentWord') })} value={text} />
        </div>
        <CodeBlock label={t('oauthSettings.document')}>{text}</CodeBlock>
      </div>
    </details>
  )
}
