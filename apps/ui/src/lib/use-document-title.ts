import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

/** Names the tab and the window after what is shown. */
export function useDocumentTitle(page: string): void {
  const { t } = useTranslation()
  const title = t('app.documentTitle', { page })
  useEffect(() => {
    document.title = title
  }, [title])
}
