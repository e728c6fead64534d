import type { SystemInfo } from '@local-mcp/contract'
import { PartyPopper } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { announce } from '../../app/announcer.tsx'
import { Button } from '../../components/button.tsx'
import { useFoundClients } from '../../lib/use-nouns.ts'
import type { ConnectedClient } from '../clients/connected-client.ts'
import { SnippetCard } from '../clients/snippet-card.tsx'
import { useProgress } from '../clients/use-progress.ts'
import { VerifyClient } from '../clients/verify-client.tsx'

interface Props {
  connected: ConnectedClient
  system: SystemInfo
  onAnother: () => void
  /** Told whether the first call was made. */
  onFinished: (finished: boolean) => void
}

/** The snippet, then what the client really does with it. */
export function WatchStep({ connected, system, onAnother, onFinished }: Props) {
  const { t } = useTranslation()
  const progress = useProgress(connected)
  const found = useFoundClients().data?.find(({ client }) => client === connected.client)
  const works = progress?.call?.status === 'success'
  const client = t(`client.${connected.client}`)
  useEffect(() => {
    onFinished(works)
    if (works) announce(t('firstCall.title', { client }))
    return () => onFinished(false)
  }, [works, onFinished, client, t])

  if (works && progress?.call) {
    const { listed, connected: met } = progress
    return (
      <section className="arrive mt-6 rounded-lg border border-ok/40 bg-ok-soft px-5 py-8 sm:px-8">
        <PartyPopper aria-hidden className="size-9 text-ok" />
        <h2 className="mt-4 text-xl">{t('firstCall.title', { client })}</h2>
        <p className="wrap-anywhere mt-1 max-w-prose text-ink-2">{t('welcome.done.text', { client, tool: progress.call.tool })}</p>
        {met?.protocolVersion && listed?.tools != null && (
          <p dir="auto" className="wrap-anywhere mt-1 text-ink-3 text-sm">
            {t('welcome.done.facts', { name: met.client?.name ?? client, tools: listed.tools, revision: met.protocolVersion })}
          </p>
        )}
        <div className="mt-6 flex flex-wrap gap-2">
          <Button variant="primary" href="/">
            {t('welcome.done.overview')}
          </Button>
          <Button onClick={onAnother}>{t('welcome.done.another')}</Button>
          <Button href="/servers/new">{t('welcome.done.add')}</Button>
        </div>
      </section>
    )
  }
  return (
    <div className="flex flex-col gap-5">
      {/* Once it is connected there is nothing to paste any more. */}
      {!progress?.connected && <SnippetCard connected={connected} system={system} file={found?.file} onAnother={onAnother} />}
      <VerifyClient connected={connected} onAnother={onAnother} celebration={null} />
      <div>
        <Button variant="quiet" onClick={onAnother}>
          {t('welcome.watch.back')}
        </Button>
      </div>
    </div>
  )
}
