import type { Server } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { Facts } from '../../components/facts.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'

interface Props {
  server: Server
  issuer: string | undefined
  onIssuer: (issuer: string) => void
}

/** What the server and its authorization servers say of themselves. They are asked when somebody looks. */
export function ServerSays({ server, issuer, onIssuer }: Props) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const ask = useMutation(queries.oauth.discover.mutationOptions())
  const look = (at = issuer) => ask.mutate({ server: server.id, ...(at !== undefined && { issuer: at }) })
  return (
    <details
      onToggle={(event) => event.currentTarget.open && ask.isIdle && look()}
      className="rounded-lg border border-line bg-surface px-4 py-3 shadow-raised sm:px-5"
    >
      <summary className="cursor-pointer font-medium">{t('serverSays.title')}</summary>
      <div className="mt-4 flex flex-col gap-4">
        {ask.isError && <ErrorState error={ask.error} onRetry={() => look()} />}
        {(ask.isPending || ask.isIdle) && <RowsSkeleton rows={2} />}
        {ask.data && (
          <>
            {ask.data.issuers.length > 1 && (
              <div className="max-w-lg">
                <SelectField
                  label={t('serverSays.choose')}
                  name="issuer"
                  hint={t('serverSays.chooseHint')}
                  value={issuer ?? ask.data.issuer}
                  onChange={(next) => {
                    onIssuer(next)
                    look(next)
                  }}
                  choices={ask.data.issuers.map((value) => ({ value, label: value }))}
                />
              </div>
            )}
            <Facts
              items={[
                [t('serverSays.host'), ask.data.authorizationHost],
                [t('serverSays.issuer'), ask.data.issuer],
                [t('serverSays.resource'), ask.data.resource],
                [t('serverSays.registration'), t(`serverSays.registrations.${ask.data.registration}`)],
                [t('serverSays.scopes'), ask.data.scopes.length === 0 ? t('serverSays.noScopes') : ask.data.scopes.join(', ')],
              ]}
            />
            <Button size="small" className="self-start" onClick={() => look()}>
              {t('serverSays.again')}
            </Button>
          </>
        )}
      </div>
    </details>
  )
}
