import type { Finding } from '@local-mcp/contract'
import { CircleCheck, CircleX, Info, type LucideIcon, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'

const LEVELS: Record<Finding['level'], { Icon: LucideIcon; look: string }> = {
  ok: { Icon: CircleCheck, look: 'text-ok' },
  info: { Icon: Info, look: 'text-ink-3' },
  warning: { Icon: TriangleAlert, look: 'text-warn' },
  error: { Icon: CircleX, look: 'text-bad' },
}

export function LevelIcon({ level }: { level: Finding['level'] }) {
  const { t } = useTranslation()
  const { Icon, look } = LEVELS[level]
  return <Icon role="img" aria-label={t(`health.levels.${level}`)} className={`mt-0.5 size-4 shrink-0 ${look}`} />
}
