import { CLIENT_IDS, type ClientToken, type Profile, type Server } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate, useSearchParam } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { Logo } from '../../components/logo.tsx'
import { PageSkeleton } from '../../components/skeleton.tsx'
import { useDocumentTitle } from '../../lib/use-document-title.ts'
import { useFoundClients, useProfiles, useServers, useSystem, useTokens } from '../../lib/use-nouns.ts'
import { ConnectForm } from '../clients/connect-form.tsx'
import type { ConnectedClient } from '../clients/connected-client.ts'
import { isReady } from '../servers/server-state.tsx'
import { ToolsStep } from './tools-step.tsx'
import { WatchStep } from './watch-step.tsx'
import { WELCOME_STEPS, type WelcomeStep, WelcomeSteps } from './welcome-steps.tsx'

/** From nothing to a first call that was really made, in three steps. Where one is stands in the address, so that a reload stays. */
export function WelcomePage() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const servers = useServers()
  const profiles = useProfiles()
  const tokens = useTokens()
  const system = useSystem()
  const found = useFoundClients()
  const wanted = useSearchParam('step')
  const place = usePlace(profiles.data, tokens.data)
  const [made, setMade] = useState<ConnectedClient | null>(null)
  const [finished, setFinished] = useState(false)
  const leave = useMutation(queries.clients.leaveWelcome.mutationOptions())
  const failed = [servers, profiles, tokens, system].find((query) => query.isError)
  const heading = useRef<HTMLHeadingElement>(null)

  // Decided once: a server that is added here must not take its own page away.
  const [begun, setBegun] = useState<WelcomeStep | null>(null)
  if (begun === null && servers.data) setBegun(firstStep(servers.data))
  const asked: WelcomeStep = WELCOME_STEPS.find((step) => step === wanted) ?? begun ?? 'tools'
  // What it would watch may be gone.
  const connected = made !== null && made.token?.id === place?.token?.id ? made : place
  const step = asked === 'watch' && connected === null ? 'client' : asked
  const client = connected === null ? '' : t(`client.${connected.client}`)
  const title = step === 'watch' && finished ? t('welcome.done.title') : t(`welcome.${step}.title`)
  useDocumentTitle(t('welcome.title'))
  // The step before took the focus with it.
  const before = useRef(step)
  useEffect(() => {
    if (before.current !== step) heading.current?.focus({ preventScroll: true })
    before.current = step
  }, [step])

  const go = (to: WelcomeStep) => navigate(`/welcome?step=${to}`)
  const onConnected = (next: ConnectedClient) => {
    setMade(next)
    const query = new URLSearchParams({ step: 'watch', client: next.client, profile: next.profile.slug, since: String(next.since) })
    if (next.token) query.set('token', next.token.id)
    navigate(`/welcome?${query}`)
  }
  const skip = () => {
    // It is left whether or not that could be written down; the worst is that it opens once more.
    leave.mutate(undefined)
    navigate('/')
  }

  return (
    <>
      <div className="mb-8 flex items-center justify-between gap-4">
        <p className="flex min-w-0 items-center gap-2 font-semibold">
          <Logo className="size-6 shrink-0" />
          <span className="truncate">{t('app.name')}</span>
        </p>
        {!(finished && step === 'watch') && (
          <Button variant="quiet" onClick={skip}>
            {t('welcome.skip')}
          </Button>
        )}
      </div>
      <WelcomeSteps current={step} finished={finished && step === 'watch'} />
      <h1 ref={heading} tabIndex={-1} className="mt-6 text-2xl">
        {title}
      </h1>
      {!(finished && step === 'watch') && <p className="mt-1 mb-6 max-w-prose text-ink-2">{t(`welcome.${step}.text`, { client })}</p>}
      {failed ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : !servers.data || !profiles.data || !tokens.data || !system.data || found.isPending ? (
        <PageSkeleton />
      ) : step === 'tools' ? (
        <ToolsStep servers={servers.data} found={found.data ?? []} onNext={() => go('client')} />
      ) : step === 'client' || connected === null ? (
        <Card>
          <ConnectForm
            client={null}
            found={found.data ?? []}
            profileId={(profiles.data.find(({ isDefault }) => isDefault) ?? profiles.data[0])?.id ?? ''}
            profiles={profiles.data}
            tokenNames={tokens.data.filter(({ revokedAt }) => revokedAt === null).map(({ name }) => name)}
            onConnected={onConnected}
          />
        </Card>
      ) : (
        <WatchStep connected={connected} system={system.data} onAnother={() => go('client')} onFinished={setFinished} />
      )}
    </>
  )
}

/** Where somebody begins who does not say where: with tools, unless there are some that can be used. */
const firstStep = (servers: readonly Server[]): WelcomeStep =>
  servers.some(({ type, status }) => type !== 'builtin' && isReady(status.state)) ? 'client' : 'tools'

/** What the address says is watched, as far as it is still there. */
function usePlace(profiles: readonly Profile[] | undefined, tokens: readonly ClientToken[] | undefined): ConnectedClient | null {
  const wanted = useSearchParam('client')
  const slug = useSearchParam('profile')
  const tokenId = useSearchParam('token')
  const since = Number(useSearchParam('since'))
  const client = CLIENT_IDS.find((id) => id === wanted)
  const profile = profiles?.find((one) => one.slug === slug)
  const token = tokenId === null ? null : tokens?.find(({ id, revokedAt }) => id === tokenId && revokedAt === null)
  if (client === undefined || profile === undefined || token === undefined) return null
  return {
    client,
    profile,
    token: token && { id: token.id, name: token.name, secret: null },
    since: token ? token.createdAt : since || 0,
  }
}
