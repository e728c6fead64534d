import { hidesText, visibleText } from '@local-mcp/kernel'
import { EyeOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'

/** Text that a server wrote for models: what a person could not see of it is written out, and said. */
export const shownText = (text: string) => visibleText(text, true)

/** Beside text of a server in which something could not be seen. */
export function HiddenTextMark({ texts }: { texts: readonly (string | null)[] }) {
  const { t } = useTranslation()
  if (!texts.some((text) => text !== null && hidesText(text))) return null
  return (
    <span className="inline-flex h-5 items-center gap-1 rounded-full bg-bad-soft px-2 font-medium text-bad text-xs">
      <EyeOff aria-hidden className="size-3" />
      {t('tools.hiddenText')}
    </span>
  )
}
