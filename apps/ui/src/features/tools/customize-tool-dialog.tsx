import type { LinkTool, LinkTools } from '@local-mcp/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { type MissingFields, missingFields } from '../../lib/missing-fields.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'
import { DiffView } from './diff-view.tsx'
import { shownText } from './server-text.tsx'

interface Props {
  profile: string
  server: string
  tool: LinkTool
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Gives a tool another name, description or schema for the clients of one profile. */
export function CustomizeToolDialog({ open, onOpenChange, ...rest }: Props) {
  const { t } = useTranslation()
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('customize.title', { tool: shownText(rest.tool.name) })}
      description={t('customize.text')}
      stays
    >
      <CustomizeForm {...rest} onDone={() => onOpenChange(false)} />
    </Dialog>
  )
}

const pretty = (schema: unknown) => JSON.stringify(schema, null, 2)

/** The JSON of a text; undefined where it is none. */
function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function CustomizeForm({ profile, server, tool, onDone }: Omit<Props, 'open' | 'onOpenChange'> & { onDone: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const form = useRef<HTMLFormElement>(null)
  const original = { name: tool.name, description: tool.description ?? '', schema: pretty(tool.inputSchema) }
  const [name, setName] = useState(tool.custom?.name ?? '')
  const [description, setDescription] = useState(tool.custom?.description ?? original.description)
  const [schema, setSchema] = useState(tool.custom?.inputSchema ? pretty(tool.custom.inputSchema) : original.schema)
  const [noJson, setNoJson] = useState<MissingFields | null>(null)
  const cache = useQueryClient()
  const done = {
    onSuccess: (link: LinkTools) => {
      cache.setQueryData(queries.profiles.tools.queryKey({ input: { profile, server } }), link)
      onDone()
    },
  }
  const save = useMutation(queries.profiles.customizeTool.mutationOptions(done))
  const reset = useMutation(queries.profiles.resetTool.mutationOptions(done))
  const { errors, onInput } = useFormErrors(noJson ?? save.error, form)
  const text = (which: { name: string; description: string; schema: string }) => `${which.name}\n\n${which.description}\n\n${which.schema}`

  return (
    <form
      ref={form}
      noValidate
      onInput={onInput}
      onSubmit={(event) => {
        event.preventDefault()
        if (save.isPending) return
        const inputSchema = schema === original.schema ? null : parse(schema)
        const wrong = missingFields([
          { path: 'inputSchema', value: inputSchema === undefined ? '' : 'json', message: t('customize.noJson') },
        ])
        setNoJson(wrong)
        if (wrong !== null || inputSchema === undefined) return
        save.mutate({
          profile,
          server,
          tool: tool.name,
          name: name.trim() === '' ? null : name.trim(),
          description: description === original.description ? null : description,
          inputSchema,
        })
      }}
      className="flex flex-col gap-4"
    >
      <TextField
        label={t('customize.name')}
        optional={t('common.optional')}
        name="name"
        hint={t('customize.nameHint')}
        placeholder={tool.exposedName ?? tool.name}
        value={name}
        onChange={setName}
        error={errors.name}
        code
        autoFocus
      />
      <TextField
        label={t('customize.description')}
        name="description"
        value={description}
        onChange={setDescription}
        error={errors.description}
        rows={4}
      />
      <TextField
        label={t('customize.schema')}
        name="inputSchema"
        hint={t('customize.schemaHint')}
        value={schema}
        onChange={setSchema}
        error={errors.inputSchema}
        rows={8}
        code
      />
      <div className="flex flex-col gap-1.5">
        <p className="font-medium">{t('customize.diff')}</p>
        <DiffView
          label={t('customize.diff')}
          before={text(original)}
          after={text({ name: name.trim() || tool.name, description, schema })}
        />
      </div>
      {noJson === null && save.isError && Object.keys(errors).length === 0 && <ErrorState error={save.error} />}
      {reset.isError && <ErrorState error={reset.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        {tool.custom && (
          <span className="me-auto">
            <Button busy={reset.isPending} onClick={() => reset.mutate({ profile, server, tool: tool.name })}>
              {t('customize.reset')}
            </Button>
          </span>
        )}
        <Button onClick={onDone}>{t('common.cancel')}</Button>
        <Button type="submit" variant="primary" busy={save.isPending}>
          {t('common.save')}
        </Button>
      </div>
    </form>
  )
}
