import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { TextField } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import { formatBytes } from '../../lib/format-bytes.ts'

export function CopyFilesCard() {
  const { t, i18n } = useTranslation()
  const { queries } = useApi()
  const [to, setTo] = useState('')
  const copy = useMutation(queries.recovery.copyFiles.mutationOptions())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    copy.mutate(to.trim() === '' ? {} : { to: to.trim() })
  }
  return (
    <Card title={t('recovery.copy')} description={t('recovery.copyText')}>
      <form onSubmit={submit} className="flex flex-col items-stretch gap-3">
        <TextField
          label={t('recovery.copyTo')}
          name="to"
          hint={t('recovery.copyToHint')}
          optional={t('common.optional')}
          value={to}
          onChange={setTo}
          code
        />
        {copy.isError && <ErrorState error={copy.error} />}
        {copy.data && (
          <Notice tone="ok" title={t('recovery.copied', { count: copy.data.files.length })}>
            <p className="mb-2">
              {copy.data.files
                .map(({ name, sizeBytes }) => t('recovery.file', { name, size: formatBytes(sizeBytes, i18n.language) }))
                .join(' · ')}
            </p>
            <CopyLine label={t('recovery.copiedTo')} value={copy.data.folder} />
          </Notice>
        )}
        <div>
          <Button type="submit" busy={copy.isPending}>
            {t('recovery.copyAction')}
          </Button>
        </div>
      </form>
    </Card>
  )
}
