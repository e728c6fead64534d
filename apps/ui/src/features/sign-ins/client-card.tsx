import type { OAuthClient, Server, SignIn } from '@local-mcp/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { useAction, useSay, useSee } from '../../lib/use-action.ts'
import { ClientForm } from './client-form.tsx'
import { usePending } from './pending-sign-ins.ts'

/** As which client the gateway comes to an authorization server, and the way to enter one. */
export function ClientCard({ server, signIn }: { server: Server; signIn: SignIn }) {
  const { t } = useTranslation()
  const pending = usePending(server.id)
  const problem = pending?.phase === 'failed' ? pending.problem : null
  const isAsked = problem?.code === 'NO_OAUTH_CONFIG' || problem?.code === 'REGISTRATION_FAILED'
  const [wanted, setWanted] = useState<boolean | null>(null)
  // A provider that is known to register nobody is told of before the first try fails.
  const open = wanted ?? (isAsked || (signIn.recipe !== null && signIn.clients.length === 0))
  return (
    <Card
      title={t('oauthClient.title')}
      description={t('oauthClient.text')}
      actions={
        !open && (
          <Button size="small" onClick={() => setWanted(true)}>
            {t('oauthClient.enter')}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        {signIn.clients.length > 0 ? (
          <ul className="divide-y divide-line">
            {signIn.clients.map((client) => (
              <ClientRow key={client.issuer} server={server} client={client} />
            ))}
          </ul>
        ) : (
          !open && <p className="text-ink-3">{t('oauthClient.none')}</p>
        )}
        {open && (
          <ClientForm
            server={server}
            signIn={signIn}
            recipeId={text(problem?.data?.recipe)}
            issuer={text(problem?.data?.issuer)}
            onDone={() => setWanted(false)}
          />
        )}
      </div>
    </Card>
  )
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

function ClientRow({ server, client }: { server: Server; client: OAuthClient }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const say = useSay()
  const remove = useAction(
    queries.oauth.removeClient.mutationOptions({
      onSuccess: () => {
        see({ type: 'oauth.server.changed', serverId: server.id })
        say(t('oauthClient.removed'))
      },
    }),
  )
  const { issuer, clientId, origin, hasSecret, redirectUri } = client
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2 first:pt-0 last:pb-0">
      <div className="min-w-0 flex-1 basis-64">
        <p dir="auto" className="wrap-anywhere font-medium">
          {issuer}
        </p>
        <p className="wrap-anywhere text-ink-3 text-sm">
          <code className="text-xs">{clientId}</code>
          {' · '}
          {t(`oauthClient.origins.${origin}`)}
          {' · '}
          {hasSecret ? t('oauthClient.hasSecret') : t('oauthClient.noSecret')}
        </p>
        <p className="wrap-anywhere text-ink-3 text-sm">{t('oauthClient.back', { url: redirectUri })}</p>
      </div>
      <Button
        size="small"
        aria-label={t('oauthClient.removeLabel', { issuer })}
        busy={remove.isPending}
        onClick={() => remove.mutate({ server: server.id, issuer })}
      >
        {t('oauthClient.remove')}
      </Button>
    </li>
  )
}
