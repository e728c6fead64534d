import { Check } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'

interface Props {
  server: boolean
  ownServer: boolean
  client: boolean
  call: boolean
}

/** The way to a first working call. Each step ticks itself off when it has really happened. */
export function FirstSteps({ server, ownServer, client, call }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const done = [server, client, call].filter(Boolean).length
  return (
    <section aria-labelledby={id} className="rounded-lg border border-line bg-surface shadow-raised">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-2 px-4 pt-4 sm:px-5">
        <h2 id={id} className="flex-1 text-lg">
          {t('steps.title')}
        </h2>
        <p className="text-ink-3 text-sm tabular-nums">{t('steps.progress', { done, all: 3 })}</p>
        <Button size="small" href="/welcome">
          {t('welcome.open')}
        </Button>
      </div>
      <ol className="mt-1 divide-y divide-line">
        <Step
          number={1}
          done={server}
          current={!server}
          title={t('steps.server')}
          action={
            <Button href="/servers/new" variant={server ? 'secondary' : 'primary'}>
              {t('servers.add')}
            </Button>
          }
        >
          {ownServer ? t('steps.serverDone') : server ? t('steps.serverBuiltin') : t('steps.serverText')}
        </Step>
        <Step
          number={2}
          done={client}
          current={server && !client}
          title={t('steps.client')}
          action={
            <Button href="/clients/connect" variant={server && !client ? 'primary' : 'secondary'}>
              {t('clients.connect')}
            </Button>
          }
        >
          {client ? t('steps.clientDone') : t('steps.clientText')}
        </Step>
        <Step number={3} done={call} current={server && client && !call} title={t('steps.call')}>
          {call ? t('steps.callDone') : client ? t('steps.callWaiting') : t('steps.callText')}
        </Step>
      </ol>
    </section>
  )
}

interface StepProps {
  number: number
  done: boolean
  current: boolean
  title: string
  children: ReactNode
  action?: ReactNode
}

function Step({ number, done, current, title, children, action }: StepProps) {
  const { t } = useTranslation()
  const look = done ? 'border-transparent bg-ok-soft text-ok' : current ? 'border-accent text-accent-text' : 'border-line text-ink-3'
  return (
    <li aria-current={current ? 'step' : undefined} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3.5 sm:px-5">
      <span className={`flex size-7 shrink-0 items-center justify-center rounded-full border font-medium text-sm ${look}`}>
        {done ? <Check role="img" aria-label={t('steps.done')} className="size-4" strokeWidth={2.5} /> : number}
      </span>
      <div className="min-w-0 flex-1 basis-56">
        <h3 className="text-base">{title}</h3>
        <p className="text-ink-2">{children}</p>
      </div>
      {action && <div className="max-sm:w-full max-sm:ps-11">{action}</div>}
    </li>
  )
}
