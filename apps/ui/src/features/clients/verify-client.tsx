import { Check, Circle, LoaderCircle, PartyPopper, X } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { announce } from '../../app/announcer.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useFoundClients } from '../../lib/use-nouns.ts'
import { CallStatus } from '../activity/call-status.tsx'
import type { ConnectedClient } from './connected-client.ts'
import type { Progress, Trouble } from './diagnose.ts'
import { TroubleNotice } from './trouble-notice.tsx'
import { useProgress } from './use-progress.ts'

interface Props {
  connected: ConnectedClient
  onAnother: () => void
  /** What there is to do when it works. */
  celebration: ReactNode
}

/** Follows a client from the pasted snippet to its first real call, and says what keeps it from the next step. */
export function VerifyClient({ connected, onAnother, celebration }: Props) {
  const { t } = useTranslation()
  const progress = useProgress(connected)
  const name = t(`client.${connected.client}`)
  const works = progress?.call?.status === 'success'
  const isHere = progress?.connected != null
  useEffect(() => {
    if (works) announce(t('firstCall.title', { client: name }))
    else if (isHere) announce(t('verify.steps.connected'))
  }, [works, isHere, name, t])

  if (progress === null) return <RowsSkeleton rows={3} />
  if (works && progress.call) {
    return (
      <section className="arrive flex flex-wrap items-center gap-3.5 rounded-lg border border-ok/40 bg-ok-soft px-4 py-4 sm:px-5">
        <PartyPopper aria-hidden className="size-6 shrink-0 text-ok" />
        <div className="min-w-0 flex-1 basis-64">
          <h2 className="text-base">{t('firstCall.title', { client: name })}</h2>
          <p className="wrap-anywhere flex flex-wrap items-center gap-x-2 text-ink-2">
            <code>{progress.call.tool}</code> <CallStatus call={progress.call} />
          </p>
        </div>
        <div className="flex flex-wrap gap-2">{celebration}</div>
      </section>
    )
  }
  return (
    <section className="rounded-lg border border-line bg-surface shadow-raised">
      <div className="border-line border-b px-4 py-4 sm:px-5">
        <h2 className="flex items-center gap-2.5 text-base">
          <LoaderCircle aria-hidden className="spin size-4.5 shrink-0 text-accent-text" />
          {t('firstCall.waiting', { client: name })}
        </h2>
        <p className="mt-2 mb-1.5 text-ink-2">{t('firstCall.waitingText', { client: name })}</p>
        <CopyLine label={t('firstCall.sentenceLabel')} value={t('firstCall.sentence')} />
      </div>
      <Steps connected={connected} progress={progress} />
      {(progress.trouble || !isHere) && (
        <div className="flex flex-col gap-3 px-4 pb-4 sm:px-5">
          {progress.trouble ? (
            <TroubleNotice trouble={progress.trouble} connected={connected} onAnother={onAnother} />
          ) : (
            <p className="text-ink-3 text-sm">{t(`firstCall.stuck.${connected.client}`)}</p>
          )}
        </div>
      )}
    </section>
  )
}

type StepState = 'done' | 'now' | 'stopped' | 'todo'

const ICONS = { done: Check, now: LoaderCircle, stopped: X, todo: Circle } as const
const LOOKS: Record<StepState, string> = {
  done: 'border-transparent bg-ok-soft text-ok',
  now: 'border-accent text-accent-text',
  stopped: 'border-transparent bg-bad-soft text-bad',
  todo: 'border-line text-transparent',
}

/** The step that a trouble keeps a client from. */
const STOPS: Record<Trouble['what'], 'written' | 'connected' | 'listed' | 'called'> = {
  file: 'written',
  entry: 'written',
  refused: 'connected',
  other_token: 'connected',
  other_profile: 'listed',
  no_tools: 'listed',
  failed: 'called',
}

function Steps({ connected: { client }, progress }: { connected: ConnectedClient; progress: Progress }) {
  const { t } = useTranslation()
  const found = useFoundClients().data?.find((one) => one.client === client)
  const { written, connected, listed, call, trouble } = progress
  const name = t(`client.${client}`)
  // What came later shows that the steps before it were made, whatever the files say.
  const done = {
    written: written === true || connected !== null || call !== null,
    connected: connected !== null || call !== null,
    listed: (listed !== null && listed.tools !== 0) || call !== null,
    called: call?.status === 'success',
  }
  const order = (found ? ['written', 'connected', 'listed', 'called'] : ['connected', 'listed', 'called']) as (keyof typeof done)[]
  const stop = trouble && STOPS[trouble.what]
  const now = order.find((step) => !done[step])
  const stateOf = (step: keyof typeof done): StepState =>
    step === stop
      ? trouble?.what === 'entry' && trouble.why === 'missing'
        ? 'now'
        : 'stopped'
      : done[step]
        ? 'done'
        : step === now && !stop
          ? 'now'
          : 'todo'
  const texts = {
    written: done.written ? (written && found ? t('verify.steps.writtenDone', { file: found.file }) : null) : t('verify.steps.writtenTodo'),
    connected: connected
      ? t('verify.steps.connectedDone', {
          name: [connected.client?.name ?? name, connected.client?.version].filter(Boolean).join(' '),
          revision: connected.protocolVersion ?? '',
        })
      : t('verify.steps.connectedTodo'),
    listed: listed?.tools != null ? t('verify.steps.listedDone', { count: listed.tools }) : null,
    called: call ? null : t('verify.steps.calledTodo'),
  }
  return (
    <ol aria-label={t('verify.steps.label', { client: name })} className="px-4 py-4 sm:px-5">
      {order.map((step) => {
        const state = stateOf(step)
        const Icon = ICONS[state]
        return (
          <li key={step} data-step={step} data-state={state} className="group flex gap-3">
            <div className="flex flex-col items-center">
              <span className={`flex size-6 shrink-0 items-center justify-center rounded-full border ${LOOKS[state]}`}>
                <Icon
                  role="img"
                  aria-label={t(`verify.steps.${state}`)}
                  strokeWidth={2.5}
                  className={`size-3.5 ${state === 'now' ? 'spin' : ''}`}
                />
              </span>
              <span aria-hidden className="my-1 w-px flex-1 bg-line group-last:hidden" />
            </div>
            <div className="min-w-0 flex-1 pb-3.5 group-last:pb-0">
              <p className={`font-medium leading-6 ${state === 'todo' ? 'text-ink-3' : ''}`}>
                {t(`verify.steps.${step}`, { client: name })}
              </p>
              {texts[step] && (
                <p dir="auto" className="wrap-anywhere line-clamp-3 text-ink-3 text-sm">
                  {texts[step]}
                </p>
              )}
              {step === 'called' && call && (
                <p className="wrap-anywhere flex flex-wrap items-center gap-x-2 text-ink-2">
                  <code>{call.tool}</code> <CallStatus call={call} />
                </p>
              )}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
