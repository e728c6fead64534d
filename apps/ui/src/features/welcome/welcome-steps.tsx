import { Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/router.tsx'

export const WELCOME_STEPS = ['tools', 'client', 'watch'] as const
export type WelcomeStep = (typeof WELCOME_STEPS)[number]

/** Where one is, and the way back to what was done. */
export function WelcomeSteps({ current, finished }: { current: WelcomeStep; finished: boolean }) {
  const { t } = useTranslation()
  const at = finished ? WELCOME_STEPS.length : WELCOME_STEPS.indexOf(current)
  return (
    <nav aria-label={t('welcome.progress')}>
      <ol className="flex flex-wrap items-center gap-2 text-sm sm:gap-3">
        {WELCOME_STEPS.map((step, index) => {
          const state = index < at ? 'done' : index === at ? 'now' : 'todo'
          const look =
            state === 'done'
              ? 'border-transparent bg-ok-soft text-ok'
              : state === 'now'
                ? 'border-accent bg-accent text-accent-ink'
                : 'border-line text-ink-3'
          const face = (
            <>
              <span className={`flex size-6 shrink-0 items-center justify-center rounded-full border font-medium text-xs ${look}`}>
                {state === 'done' ? (
                  <Check role="img" aria-label={t('welcome.stepDone')} className="size-3.5" strokeWidth={2.5} />
                ) : (
                  index + 1
                )}
              </span>
              <span className={state === 'todo' ? 'text-ink-3' : 'font-medium'}>{t(`welcome.steps.${step}`)}</span>
            </>
          )
          const row = 'flex items-center gap-2 whitespace-nowrap'
          return (
            <li key={step} aria-current={state === 'now' ? 'step' : undefined} className="flex items-center gap-2 sm:gap-3">
              {index > 0 && <span aria-hidden className="h-px w-4 bg-line-strong/60 sm:w-10" />}
              {state === 'done' && !finished ? (
                <Link href={`/welcome?step=${step}`} className={`${row} rounded-md no-underline hover:text-accent-text`}>
                  {face}
                </Link>
              ) : (
                <span className={row}>{face}</span>
              )}
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
