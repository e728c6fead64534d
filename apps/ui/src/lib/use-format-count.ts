import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

/** Writes numbers as the language of the window does: 12,400. */
export function useFormatCount(): (count: number) => string {
  const { i18n } = useTranslation()
  return useMemo(() => {
    const format = new Intl.NumberFormat(i18n.language)
    return (count) => format.format(count)
  }, [i18n.language])
}
