import type { Server } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { useSee } from '../../lib/use-action.ts'
import { useProfiles } from '../../lib/use-nouns.ts'
import { ConsentPanel } from './consent-panel.tsx'
import { ProfilePicker } from './profile-picker.tsx'
import { ServerForm } from './server-form.tsx'
import { EMPTY_SERVER_FORM, toServerInput } from './server-form-values.ts'

/** Two steps: what the server is, and the consent to what was stored. A server that needs no consent skips the second. */
export function AddServerPage() {
  const { t } = useTranslation()
  const [added, setAdded] = useState<Server | null>(null)

  const open = (server: Server) => navigate(`/servers/${server.id}`, { replace: true })

  return (
    <>
      <PageHeader
        title={t('addServer.title')}
        description={added ? t('addServer.consent') : t('addServer.description')}
        back={{ href: '/servers', label: t('servers.title') }}
      />
      <div className="max-w-2xl">
        {added === null ? (
          <NewServer onAdded={(server) => (server.approved ? open(server) : setAdded(server))} />
        ) : (
          <Consent server={added} onApproved={() => open(added)} />
        )}
      </div>
    </>
  )
}

function NewServer({ onAdded }: { onAdded: (server: Server) => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const profiles = useProfiles()
  const [values, setValues] = useState(EMPTY_SERVER_FORM)
  const [choice, setChoice] = useState<readonly string[] | null>(null)
  const chosen = choice ?? profiles.data?.filter(({ isDefault }) => isDefault).map(({ id }) => id) ?? []
  const create = useMutation(
    queries.servers.create.mutationOptions({
      // What was typed may hold a key, which must not lie about in memory.
      gcTime: 0,
      onSuccess: (server) => {
        see({ type: 'server.created', server })
        onAdded(server)
      },
    }),
  )

  return (
    <Card>
      <ServerForm
        values={values}
        onChange={setValues}
        onSubmit={() => {
          const { apiKey, ...input } = toServerInput(values)
          create.mutate({ ...input, ...(apiKey && { apiKey }), profiles: [...chosen] })
        }}
        submit={values.kind === 'external' ? t('addServer.submitCommand') : t('addServer.submitUrl')}
        cancel="/servers"
        busy={create.isPending}
        error={create.error}
      >
        <fieldset className="min-w-0">
          <legend className="font-medium">{t('addServer.profiles')}</legend>
          <p className="mb-2 text-ink-3 text-sm">{t('addServer.profilesHint')}</p>
          {profiles.isError && <ErrorState error={profiles.error} onRetry={() => void profiles.refetch()} />}
          {profiles.data && (
            <ProfilePicker
              profiles={profiles.data}
              chosen={chosen}
              onToggle={(id, on) => setChoice(on ? [...chosen, id] : chosen.filter((other) => other !== id))}
            />
          )}
        </fieldset>
      </ServerForm>
    </Card>
  )
}

function Consent({ server, onApproved }: { server: Server; onApproved: () => void }) {
  const { t } = useTranslation()
  const step = useRef<HTMLDivElement>(null)
  // The form is gone and took the focus with it.
  useEffect(() => step.current?.focus(), [])
  return (
    <div ref={step} tabIndex={-1} className="outline-none">
      <ConsentPanel
        server={server}
        onApproved={onApproved}
        decline={<Button href={`/servers/${server.id}`}>{t('consent.later')}</Button>}
      />
    </div>
  )
}
