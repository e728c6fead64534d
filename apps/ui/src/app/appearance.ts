import type { Appearance } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useApi } from './api-context.tsx'

/** Where the desktop app finds it before the gateway answers (public/first-paint.js). */
const REMEMBERED = 'lmg.appearance'

/** How the window looks: what was chosen, for all windows of this gateway. */
export const useAppearance = () => useQuery(useApi().queries.settings.getAppearance.queryOptions())

/** Keeps the root element as it was chosen. */
export function useApplyAppearance(): void {
  const { data } = useAppearance()
  useEffect(() => {
    if (data) apply(data)
  }, [data])
}

function apply({ theme, contrast, motion, textSize }: Appearance): void {
  const marks = { theme, contrast, motion, text: textSize }
  Object.assign(document.documentElement.dataset, marks)
  localStorage.setItem(REMEMBERED, JSON.stringify(marks))
}
