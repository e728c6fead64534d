import type { CallDetail, Hop } from '@local-mcp/contract'
import { ArrowDownLeft, ArrowUpRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Card } from '../../components/card.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { Segments } from '../../components/segments.tsx'
import { prettyJson } from '../../lib/json-lines.ts'
import { DiffView } from '../tools/diff-view.tsx'
import { JsonView } from './json-view.tsx'

const SIDES = ['request', 'response'] as const
type Side = (typeof SIDES)[number]

/** What went between the client and the gateway, and between the gateway and the server. */
export function CallHops({ call }: { call: CallDetail }) {
  const { t } = useTranslation()
  const notes = [call.redacted && t('call.hidden'), call.truncated && t('call.cut')].filter((note) => note !== false)
  return (
    <>
      <Card title={t('call.clientHop')} description={<HopNotes hop={call.client} notes={notes} />}>
        <Messages call={call} hop={call.client} />
      </Card>
      <ServerHop call={call} notes={notes} />
    </>
  )
}

function ServerHop({ call, notes }: { call: CallDetail; notes: readonly string[] }) {
  const { t } = useTranslation()
  const [view, setView] = useState<'differences' | 'whole'>('differences')
  const { server } = call
  const recorded = call.client.request !== null || call.client.response !== null
  if (server === null) {
    return (
      <Card title={t('call.serverHop')}>
        <p className="text-ink-3">{call.status === 'pending' ? t('call.waiting') : t(recorded ? 'call.same' : 'call.notRecorded')}</p>
      </Card>
    )
  }
  return (
    <Card
      title={t('call.serverHop')}
      description={<HopNotes hop={server} notes={view === 'whole' ? notes : []} />}
      actions={
        <Segments
          label={t('call.view')}
          value={view}
          onChange={setView}
          choices={[
            { value: 'differences', label: t('call.differences') },
            { value: 'whole', label: t('call.whole') },
          ]}
        />
      }
    >
      {view === 'whole' ? <Messages call={call} hop={server} /> : <Differences call={call} server={server} />}
    </Card>
  )
}

function HopNotes({ hop, notes }: { hop: Hop; notes: readonly string[] }) {
  const { t } = useTranslation()
  return [hop.protocolVersion === null ? null : t('call.revision', { version: hop.protocolVersion }), ...notes].filter(Boolean).join(' · ')
}

function Messages({ call, hop }: { call: CallDetail; hop: Hop }) {
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      {SIDES.map((side) => (
        <Message key={side} side={side} text={hop[side]} missing={<Missing call={call} side={side} hop={hop} />} />
      ))}
    </div>
  )
}

function Message({ side, text, missing }: { side: Side; text: string | null; missing: ReactNode }) {
  const { t } = useTranslation()
  const Icon = side === 'request' ? ArrowUpRight : ArrowDownLeft
  return (
    <section aria-label={t(`call.${side}`)} className="min-w-0">
      <div className="mb-1 flex h-8 items-center justify-between gap-2">
        <h3 className="flex items-center gap-1.5 text-base">
          <Icon aria-hidden className="size-4 text-ink-3 rtl:-scale-x-100" />
          {t(`call.${side}`)}
        </h3>
        {text !== null && <CopyButton label={t('copy.label', { what: t(`call.word.${side}`) })} value={prettyJson(text)} />}
      </div>
      {text === null ? missing : <JsonView label={t(`call.${side}`)} text={text} />}
    </section>
  )
}

function Missing({ call, side, hop }: { call: CallDetail; side: Side; hop: Hop }) {
  const { t } = useTranslation()
  const text =
    side === 'request' || hop.request === null ? 'call.notRecorded' : call.status === 'pending' ? 'call.waiting' : 'call.noAnswer'
  return <p className="rounded-md border border-line border-dashed px-3.5 py-2.5 text-ink-3">{t(text)}</p>
}

/** From the side that wrote a message to the side that got it. */
function Differences({ call, server }: { call: CallDetail; server: Hop }) {
  const { t } = useTranslation()
  return (
    <div className="flex flex-col gap-5">
      {SIDES.map((side) => {
        const [before, after] = side === 'request' ? [call.client.request, server.request] : [server.response, call.client.response]
        const was = before === null ? '' : prettyJson(before)
        const is = after === null ? '' : prettyJson(after)
        return (
          <section key={side} aria-label={t(`call.difference.${side}`)} className="min-w-0">
            <h3 className="mb-1.5 text-base">{t(`call.difference.${side}`)}</h3>
            {was === is ? (
              <p className="text-ink-3">{before === null ? t('call.notRecorded') : t('call.unchanged')}</p>
            ) : (
              <DiffView label={t(`call.difference.${side}`)} before={was} after={is} />
            )}
          </section>
        )
      })}
    </div>
  )
}
