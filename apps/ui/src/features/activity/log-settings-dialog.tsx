import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import type { LogLevel, LogSettings } from '@local-mcp/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { formatBytes } from '../../lib/format-bytes.ts'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'
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
          {/* Made anew when somebody else changed them. */}
          <LogSettingsForm key={JSON.stringify(settings.data)} saved={settings.data} />
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
  const form = useRef<HTMLFormElement>(null)
  const [level, setLevel] = useState(saved.level)
  const [limits, setLimits] = useState(() => ({
    keepDays: String(saved.keepDays),
    keepRows: String(saved.keepRows),
    keepMegabytes: String(saved.keepMegabytes),
  }))
  const update = useMutation(
    queries.logs.updateSettings.mutationOptions({
      onSuccess: (settings) => {
        see({ type: 'settings.logs.updated', settings })
        say(t('logSettings.saved'))
      },
    }),
  )
  const { errors, onInput } = useFormErrors(update.error, form)
  const same = level === saved.level && LIMITS.every((name) => limits[name] === String(saved[name]))
  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (update.isPending || same) return
        update.mutate({
          level,
          keepDays: Number(limits.keepDays),
          keepRows: Number(limits.keepRows),
          keepMegabytes: Number(limits.keepMegabytes),
        })
      }}
      className="flex flex-col gap-4"
    >
      <div>
        <p id={id} className="mb-1 font-medium">
          {t('logSettings.level')}
        </p>
        <RadioGroup
          aria-labelledby={id}
          value={level}
          onValueChange={(next) => setLevel(next)}
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
              value={limits[name]}
              onChange={(value) => setLimits({ ...limits, [name]: value })}
              error={errors[name]}
            />
          ))}
        </div>
      </div>
      {update.isError && Object.keys(errors).length === 0 && <ErrorState error={update.error} />}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" disabled={same} busy={update.isPending}>
          {t('common.save')}
        </Button>
      </div>
    </form>
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
