import { LoaderCircle, PartyPopper } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { announce } from '../../app/announcer.tsx'
import { Button } from '../../components/button.tsx'
import { useCalls } from '../../lib/use-nouns.ts'
import { CallStatus } from '../activity/call-status.tsx'
import type { ConnectedClient } from './connect-client-page.tsx'

interface Props {
  connected: ConnectedClient
  onAnother: () => void
}

/** Waits for a real call that was made by the new client. */
export function FirstCall({ connected: { client, token, since }, onAnother }: Props) {
  const { t } = useTranslation()
  const calls = useCalls()
  const name = t(`client.${client}`)
  const call = calls.data?.findLast((one) => one.tokenName === (token?.name ?? null) && one.at >= since)
  const arrived = call !== undefined
  useEffect(() => {
    if (arrived) announce(t('firstCall.title', { client: name }))
  }, [arrived, name, t])

  if (call === undefined) {
    return (
      <section className="flex gap-3.5 rounded-lg border border-line-strong/60 border-dashed px-4 py-4 sm:px-5">
        <LoaderCircle aria-hidden className="spin mt-0.5 size-5 shrink-0 text-accent-text" />
        <div className="min-w-0">
          <h2 className="text-base">{t('firstCall.waiting', { client: name })}</h2>
          <p className="text-ink-2">{t('firstCall.waitingText', { client: name })}</p>
          <p className="mt-2 text-ink-3 text-sm">{t(`firstCall.stuck.${client}`)}</p>
        </div>
      </section>
    )
  }
  return (
    <section className="arrive flex flex-wrap items-center gap-3.5 rounded-lg border border-ok/40 bg-ok-soft px-4 py-4 sm:px-5">
      <PartyPopper aria-hidden className="size-6 shrink-0 text-ok" />
      <div className="min-w-0 flex-1 basis-64">
        <h2 className="text-base">{t('firstCall.title', { client: name })}</h2>
        <p className="wrap-anywhere flex flex-wrap items-center gap-x-2 text-ink-2">
          <code>{call.tool}</code> <CallStatus call={call} />
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button onClick={onAnother}>{t('firstCall.another')}</Button>
        <Button variant="primary" href="/">
          {t('firstCall.overview')}
        </Button>
      </div>
    </section>
  )
}
