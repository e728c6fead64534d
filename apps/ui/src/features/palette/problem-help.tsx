import { PROBLEMS } from '@local-mcp/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../components/dialog.tsx'

/** What a problem of a server is called by, and the one thing to do about it. */
export function ProblemHelp({ code, onClose }: { code: keyof typeof PROBLEMS | null; onClose: () => void }) {
  const { t } = useTranslation()
  // What is on its way out keeps its words.
  const [last, setLast] = useState(code)
  if (code !== null && code !== last) setLast(code)
  if (last === null) return null
  const { title, next } = PROBLEMS[last]
  return (
    <Dialog open={code !== null} onOpenChange={(open) => !open && onClose()} title={title} description={<code dir="ltr">{last}</code>}>
      <h3 className="text-base">{t('palette.helpNext')}</h3>
      <p className="mt-1 text-ink-2">{next}</p>
    </Dialog>
  )
}
