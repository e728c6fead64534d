import { MAX_SNIPPET, type Snippet } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import { readError } from '../../connect.ts'
import { forgetLinkText, linkText } from '../../lib/link-text.ts'
import { type MissingFields, missingFields } from '../../lib/missing-fields.ts'
import { useFormErrors } from '../../lib/use-form-errors.ts'

/** Takes whatever the documentation of a server gives to copy. What is pasted is read by the gateway and kept nowhere. */
export function PasteCard({
  onRead,
  onByHand,
  quiet = false,
}: {
  onRead: (snippet: Snippet) => void
  onByHand: () => void
  /** Smaller, and it does not take the focus. */
  quiet?: boolean
}) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const form = useRef<HTMLFormElement>(null)
  const [fromLink, setFromLink] = useState(() => linkText(location.hash))
  const [text, setText] = useState(fromLink ?? '')
  const [missing, setMissing] = useState<MissingFields | null>(null)
  const read = useMutation(queries.servers.readSnippet.mutationOptions({ onSuccess: onRead }))
  const { errors, onInput } = useFormErrors(missing ?? read.error, form)

  // Another link may come while the page is open.
  useEffect(() => {
    const take = () => {
      const found = linkText(location.hash)
      if (found === null) return
      setFromLink(found)
      setText(found)
      forgetLinkText()
    }
    take()
    addEventListener('hashchange', take)
    return () => removeEventListener('hashchange', take)
  }, [])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (read.isPending) return
    const empty = missingFields([{ path: 'text', value: text, message: t('paste.missing') }])
    setMissing(empty)
    if (empty === null) read.mutate({ text })
  }
  const submitByKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.current?.requestSubmit()
  }

  return (
    <Card>
      <form ref={form} noValidate onSubmit={submit} onInput={onInput} onKeyDown={submitByKey} className="flex flex-col gap-4">
        {fromLink !== null && (
          <Notice tone="warn" title={t('paste.fromLink')}>
            {t('paste.fromLinkNext')}
          </Notice>
        )}
        <TextField
          label={t('paste.label')}
          name="text"
          hint={t('paste.hint')}
          placeholder={t('paste.placeholder')}
          value={text}
          onChange={setText}
          maxLength={MAX_SNIPPET}
          error={errors.text}
          rows={quiet ? 6 : 9}
          code
          autoFocus={!quiet}
        />
        {missing === null && read.isError && readError(read.error).fields.length === 0 && <ErrorState error={read.error} />}
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" variant="primary" busy={read.isPending}>
            {t('paste.submit')}
          </Button>
          <Button onClick={onByHand}>{t('paste.byHand')}</Button>
        </div>
      </form>
    </Card>
  )
}
