import { WifiOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { Button } from '../components/button.tsx'
import { useApi } from './api-context.tsx'

/** Says that the gateway does not answer, for as long as it does not. */
export function ConnectionBanner() {
  const { t } = useTranslation()
  const { connection } = useApi()
  const lost = useStore(connection.state, ({ state }) => state === 'lost')
  return (
    <div role="status" className="sticky top-0 z-30">
      {lost && (
        <div className="arrive flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b bg-warn-soft px-4 py-2 text-ink md:px-8">
          <WifiOff aria-hidden className="size-4 shrink-0 text-warn" />
          <p className="min-w-0 flex-1">
            <strong className="font-semibold">{t('connection.lost')}</strong> {t('connection.lostDetail')}
          </p>
          <Button size="small" onClick={() => connection.retry()}>
            {t('connection.retry')}
          </Button>
        </div>
      )}
    </div>
  )
}
