import { KeyRound } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { CopyLine } from '../components/copy-line.tsx'
import { useDocumentTitle } from '../lib/use-document-title.ts'

const COMMAND = 'local-mcp-gateway open'

/** The one-time link was used or has expired: nothing here can be shown, only how to get a new one. */
export function SessionEndedPage() {
  const { t } = useTranslation()
  useDocumentTitle(t('ended.title'))
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 px-6 py-12">
      <span className="flex size-11 items-center justify-center rounded-lg bg-accent-soft text-accent-text">
        <KeyRound aria-hidden className="size-5" />
      </span>
      <h1 className="text-2xl">{t('ended.title')}</h1>
      <p className="text-ink-2">{t('ended.cause')}</p>
      <p className="text-ink-2">{t('ended.next')}</p>
      <CopyLine label={t('ended.command')} value={COMMAND} />
      <p className="text-ink-3 text-sm">{t('ended.restart')}</p>
    </main>
  )
}
