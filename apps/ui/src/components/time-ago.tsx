import { useEffect, useReducer } from 'react'
import { useTranslation } from 'react-i18next'
import { timeDistance } from '../lib/time-distance.ts'

const TICK_MS = 30_000

/** "2 minutes ago", and the exact time in the tooltip. */
export function TimeAgo({ at }: { at: number }) {
  const { i18n } = useTranslation()
  const [, tick] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const timer = setInterval(tick, TICK_MS)
    return () => clearInterval(timer)
  }, [])

  const { amount, unit } = timeDistance(at, Date.now())
  const text = new Intl.RelativeTimeFormat(i18n.language, { numeric: 'auto', style: 'long' }).format(amount, unit)
  return (
    <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString(i18n.language)}>
      {text}
    </time>
  )
}
