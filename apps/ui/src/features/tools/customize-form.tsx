import type { LinkTool, LinkTools } from '@local-mcp/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { readError } from '../../connect.ts'
import { jsonPlaces } from '../../lib/json-places.ts'
import { useAction, useSay } from '../../lib/use-action.ts'
import { CustomizeOutcome } from './customize-outcome.tsx'
import { EditedField } from './edited-field.tsx'
import { shownText } from './server-text.tsx'
import { customInput, draftOf, originalOf, sameDraft, type ToolDraft } from './tool-draft.ts'
import { useToolCheck } from './use-tool-check.ts'

interface Props {
  profile: string
  server: string
  tool: LinkTool
  onDone: () => void
  onCancel: () => void
  onUnsaved: (unsaved: boolean) => void
}

/** The fields that the contract knows, by what the form calls them. */
const FIELDS = { name: 'name', description: 'description', inputSchema: 'schema' } as const

export function CustomizeForm({ profile, server, tool, onDone, onCancel, onUnsaved }: Props) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const cache = useQueryClient()
  const say = useSay()
  const form = useRef<HTMLFormElement>(null)
  const original = originalOf(tool)
  // What was there when it was opened: a change from elsewhere does not take away what is being typed.
  const [start] = useState(() => draftOf(tool))
  const [draft, setDraft] = useState(start)
  const set = (field: keyof ToolDraft) => (value: string) => setDraft((now) => ({ ...now, [field]: value }))
  const unsaved = !sameDraft(draft, start)
  useEffect(() => onUnsaved(unsaved), [onUnsaved, unsaved])

  const seen = (link: LinkTools) => cache.setQueryData(queries.profiles.tools.queryKey({ input: { profile, server } }), link)
  const done = (link: LinkTools) => {
    seen(link)
    onDone()
  }
  const save = useMutation(queries.profiles.customizeTool.mutationOptions({ onSuccess: done }))
  const again = useAction(queries.profiles.customizeTool.mutationOptions({ onSuccess: seen }))
  const reset = useMutation(
    queries.profiles.resetTool.mutationOptions({
      onSuccess: (link) => {
        const { name = null, description = null, inputSchema = null } = tool.custom ?? {}
        say(t('customize.wasReset', { tool: shownText(tool.name) }), {
          label: t('common.undo'),
          run: () => again.mutate({ profile, server, tool: tool.name, name, description, inputSchema }),
        })
        done(link)
      },
    }),
  )

  const { check, problems } = useToolCheck(profile, server, tool, draft)
  const made = customInput(tool, draft)
  // Of what was refused by the save, only what was not changed since.
  const [refused, setRefused] = useState<ToolDraft | null>(null)
  const saved = save.isError && refused ? readError(save.error).fields : []
  const errors: Partial<Record<keyof ToolDraft, string>> = {}
  for (const [field, key] of Object.entries(FIELDS)) {
    const live = problems.find(({ path }) => path[0] === field)
    const late = refused?.[key] === draft[key] ? saved.find(({ path }) => path[0] === field) : undefined
    const problem = live ?? late
    if (problem === undefined) continue
    const { line } = jsonPlaces(draft.schema).at(problem.path.slice(1).map(String))
    errors[key] = key === 'schema' && problem.path.length > 1 ? t('customize.atPlace', { line, message: problem.message }) : problem.message
  }
  if ('error' in made) errors.schema = t('customize.noJson', { ...made.error })
  const stray = save.isError && saved.every(({ path }) => !(String(path[0]) in FIELDS))

  const submit = () => {
    const toFirst = () => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
    if (save.isPending) return
    if ('error' in made) return toFirst()
    save.mutate(
      { profile, server, tool: tool.name, ...made.input },
      {
        onError: () => {
          setRefused(draft)
          // Once the errors are drawn.
          requestAnimationFrame(toFirst)
        },
      },
    )
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
      className="flex flex-col gap-5"
    >
      <EditedField
        label={t('customize.name')}
        optional={t('common.optional')}
        name="name"
        hint={t('customize.nameHint')}
        placeholder={check?.exposedName ?? tool.exposedName ?? tool.name}
        original={tool.name}
        value={draft.name}
        after={draft.name.trim() || tool.name}
        onChange={set('name')}
        onReset={draft.name === '' ? undefined : () => set('name')('')}
        error={errors.name}
        code
        autoFocus
      />
      <EditedField
        label={t('customize.description')}
        name="description"
        original={original.description}
        value={draft.description}
        onChange={set('description')}
        onReset={draft.description === original.description ? undefined : () => set('description')(original.description)}
        error={errors.description}
        rows={6}
      />
      <EditedField
        label={t('customize.schema')}
        name="inputSchema"
        hint={t('customize.schemaHint')}
        original={original.schema}
        value={draft.schema}
        onChange={set('schema')}
        onReset={draft.schema === original.schema ? undefined : () => set('schema')(original.schema)}
        error={errors.schema}
        rows={12}
        code
      />
      {stray && <ErrorState error={save.error} />}
      {reset.isError && <ErrorState error={reset.error} />}
      <div className="-mx-5 -mb-5 sticky bottom-[-1.25rem] flex flex-wrap items-center gap-x-4 gap-y-2 rounded-b-lg border-line border-t bg-surface px-5 py-3">
        <CustomizeOutcome check={check} />
        <div className="ms-auto flex flex-wrap justify-end gap-2">
          {tool.custom && (
            <Button variant="quiet" busy={reset.isPending} onClick={() => reset.mutate({ profile, server, tool: tool.name })}>
              {t('customize.reset')}
            </Button>
          )}
          <Button onClick={onCancel}>{t('common.cancel')}</Button>
          <Button type="submit" variant="primary" busy={save.isPending}>
            {t('common.save')}
          </Button>
        </div>
      </div>
    </form>
  )
}
