import type { FoundClient, KnownClientId, Server } from '@local-mcp/contract'
import { Clock } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CLIENT_ICONS } from '../clients/client-icons.ts'
import { namesShown } from '../clients/found-clients.tsx'
import { NeedsYou } from '../overview/needs-you.tsx'
import { AddServerFlow, type AddStep } from '../servers/add-server-flow.tsx'
import { needsPerson, ServerState } from '../servers/server-state.tsx'

interface Props {
  servers: readonly Server[]
  found: readonly FoundClient[]
  onNext: () => void
}

/** The first server, from wherever it is easiest to have one. */
export function ToolsStep({ servers, found, onNext }: Props) {
  const { t } = useTranslation()
  const own = servers.filter(({ type }) => type !== 'builtin')
  const [adding, setAdding] = useState(own.length === 0)
  const [at, setAt] = useState<AddStep>('start')
  const [from, setFrom] = useState<KnownClientId | null>(null)
  /** A flow that begins anew is another one. */
  const [round, setRound] = useState(0)
  const rich = found.filter(({ others }) => others.length > 0)
  const begin = (client: KnownClientId | null) => {
    setFrom(client)
    setRound(round + 1)
    setAdding(true)
  }

  if (!adding) {
    const waiting = own.filter(({ status }) => needsPerson(status.state))
    return (
      <div className="flex flex-col gap-5">
        <Card title={t('welcome.tools.yours')} body="list">
          <ul className="divide-y divide-line">
            {own.map(({ id, name, status }) => (
              <li key={id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
                <span dir="auto" className="wrap-anywhere line-clamp-2 min-w-0 font-medium">
                  {name}
                </span>
                <span className="flex items-center gap-3">
                  {status.toolCount !== null && (
                    <span className="text-ink-3 text-sm tabular-nums">{t('servers.tools', { count: status.toolCount })}</span>
                  )}
                  <ServerState state={status.state} />
                </span>
              </li>
            ))}
          </ul>
        </Card>
        {waiting.length > 0 && <NeedsYou servers={waiting} />}
        <div className="flex flex-wrap gap-2">
          <Button variant="primary" onClick={onNext}>
            {t('welcome.tools.next')}
          </Button>
          <Button onClick={() => begin(null)}>{t('welcome.tools.more')}</Button>
        </div>
      </div>
    )
  }
  return (
    <div className="flex flex-col gap-5">
      {at === 'start' && from === null && rich.length > 0 && (
        <Card title={t('welcome.tools.bring')} body="list">
          <ul className="divide-y divide-line">
            {rich.map(({ client, others }) => {
              const Icon = CLIENT_ICONS[client]
              const name = t(`client.${client}`)
              return (
                <li key={client} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
                  <Icon aria-hidden className="size-5 shrink-0 text-accent-text" />
                  <div className="min-w-0 flex-1 basis-56">
                    <p className="font-medium">{name}</p>
                    <p dir="auto" className="wrap-anywhere line-clamp-2 text-ink-3 text-sm">
                      {t('found.others', { count: others.length, names: namesShown(others) })}
                    </p>
                  </div>
                  <Button aria-label={t('found.bringLabel', { client: name })} onClick={() => begin(client)}>
                    {t('found.bring')}
                  </Button>
                </li>
              )
            })}
          </ul>
        </Card>
      )}
      <AddServerFlow
        key={round}
        client={from}
        first
        onStep={(next) => {
          setAt(next)
          // Who goes back from what was brought over starts like anybody else.
          if (next === 'start' && from !== null && at !== 'start') setFrom(null)
        }}
        onDone={() => {
          setFrom(null)
          setAdding(false)
        }}
      />
      {at === 'start' && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-lg border border-line-strong/60 border-dashed px-4 py-4 sm:px-5">
          <Clock aria-hidden className="size-5 shrink-0 text-accent-text" />
          <div className="min-w-0 flex-1 basis-64">
            <p className="font-medium">{t('welcome.tools.builtinTitle')}</p>
            <p className="text-ink-2">{t('welcome.tools.builtinText')}</p>
          </div>
          <Button onClick={own.length > 0 ? () => setAdding(false) : onNext}>
            {t(own.length > 0 ? 'welcome.tools.next' : 'welcome.tools.builtin')}
          </Button>
        </div>
      )}
    </div>
  )
}
