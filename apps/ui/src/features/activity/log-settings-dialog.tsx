import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import type { LogLevel, LogSettings } from '@local-mcp/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { formatBytes } from '../../lib/format-bytes.ts'
import { typedNumber } from '../../lib/typed-number.ts'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useLogSettings } from './use-log-settings.ts'

const LEVELS = ['off', 'minimal', 'normal', 'verbose'] as const satisfies readonly LogLevel[]
const LIMITS = ['keepDays', 'keepRows', 'keepMegabytes'] as const

/** What is recorded of calls, for how long, how much there is, and the way to be rid of it. */
export function LogSettingsDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useTranslation()
  const settings = useLogSettings()
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('logSettings.title')} description={t('logSettings.description')}>
      {settings.isError ? (
        <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
      ) : settings.data === undefined ? (
        <RowsSkeleton />
      ) : (
        <div className="flex flex-col gap-5">
          <LogSettingsForm saved={settings.data} />
          <Stored />
        </div>
      )}
    </Dialog>
  )
}

function LogSettingsForm({ saved }: { saved: LogSettings }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const id = useId()
  // What was typed stays while somebody else changes the rest.
  const [typed, setTyped] = useState<Partial<Record<(typeof LIMITS)[number], string>>>({})
  const [chosen, setChosen] = useState<LogLevel | null>(null)
  const level = chosen ?? saved.level
  const textOf = (name: (typeof LIMITS)[number]) => typed[name] ?? String(saved[name])
  const update = useMutation(
    queries.logs.updateSettings.mutationOptions({
      onSuccess: (settings) => {
        see({ type: 'settings.logs.updated', settings })
        setTyped({})
        setChosen(null)
        say(t('logSettings.saved'))
      },
    }),
  )
  const same = level === saved.level && LIMITS.every((name) => textOf(name) === String(saved[name]))
  const submit = () => {
    if (same) return
    const [keepDays, keepRows, keepMegabytes] = LIMITS.map((name) => typedNumber(textOf(name))) as [number, number, number]
    update.mutate({ level, keepDays, keepRows, keepMegabytes })
  }
  return (
    <Form
      error={update.error}
      busy={update.isPending}
      onSubmit={submit}
      fields={LIMITS}
      actions={
        <div className="flex justify-end">
          <Button type="submit" variant="primary" disabled={same} busy={update.isPending}>
            {t('common.save')}
          </Button>
        </div>
      }
    >
      {(errors) => (
        <>
          <div>
            <p id={id} className="mb-1 font-medium">
              {t('logSettings.level')}
            </p>
            <RadioGroup
              aria-labelledby={id}
              value={level}
              onValueChange={(next) => setChosen(next)}
              className="divide-y divide-line overflow-hidden rounded-md border border-line-strong/70"
            >
              {LEVELS.map((one) => (
                <Radio.Root
                  key={one}
                  value={one}
                  aria-label={t(`logSettings.levels.${one}`)}
                  aria-describedby={`${id}-${one}`}
                  className="flex w-full items-start gap-3 px-3.5 py-2.5 text-start transition-colors duration-(--quick) -outline-offset-2! hover:bg-hover data-checked:bg-accent-soft"
                >
                  <span
                    className={`mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-full border bg-surface ${one === level ? 'border-accent' : 'border-line-strong'}`}
                  >
                    <Radio.Indicator className="size-2 rounded-full bg-accent forced-colors:bg-[Highlight]" />
                  </span>
                  <span className="min-w-0">
                    <span className="block font-medium">{t(`logSettings.levels.${one}`)}</span>
                    <span id={`${id}-${one}`} className="block text-ink-2 text-sm">
                      {t(`logSettings.levelText.${one}`)}
                    </span>
                  </span>
                </Radio.Root>
              ))}
            </RadioGroup>
          </div>
          <div>
            <p className="mb-2 text-ink-2">{t('logSettings.limits')}</p>
            <div className="grid grid-cols-3 gap-3">
              {LIMITS.map((name) => (
                <TextField
                  key={name}
                  label={t(`logSettings.${name}`)}
                  name={name}
                  inputMode="numeric"
                  value={textOf(name)}
                  onChange={(value) => setTyped((before) => ({ ...before, [name]: value }))}
                  error={errors[name]}
                />
              ))}
            </div>
          </div>
        </>
      )}
    </Form>
  )
}

function Stored() {
  const { t, i18n } = useTranslation()
  const { queries } = useApi()
  const usage = useQuery(queries.logs.usage.queryOptions({ staleTime: 0 }))
  const say = useSay()
  const see = useSee()
  const [asks, setAsks] = useState(false)
  const clear = useMutation(
    queries.logs.clear.mutationOptions({
      onSuccess: ({ removed }) => {
        see({ type: 'logs.cleared' })
        setAsks(false)
        say(t('logSettings.cleared', { count: removed }))
      },
    }),
  )
  if (usage.isError) return <ErrorState error={usage.error} onRetry={() => void usage.refetch()} />
  if (usage.data === undefined) return <RowsSkeleton rows={1} />
  const { rows, bytes, oldestAt } = usage.data
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-line border-t pt-4">
      <p className="min-w-0 flex-1 basis-56 text-ink-2 tabular-nums">
        {t('logSettings.usage', { count: rows, size: formatBytes(bytes, i18n.language) })}{' '}
        {oldestAt !== null &&
          t('logSettings.oldest', { when: new Date(oldestAt).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }) })}
      </p>
      <Button disabled={rows === 0} onClick={() => setAsks(true)}>
        {t('logSettings.clear')}
      </Button>
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title={t('logSettings.clearTitle')}
        action={t('logSettings.clearAction')}
        busy={clear.isPending}
        error={clear.error}
        onConfirm={() => clear.mutate({})}
      >
        {t('logSettings.clearText', { count: rows })}
      </ConfirmDialog>
    </div>
  )
}
