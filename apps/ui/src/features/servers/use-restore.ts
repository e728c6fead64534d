import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { useAction, useSay, useSee } from '../../lib/use-action.ts'

/** Brings a deleted server back, and says so. */
export function useRestore() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  return useAction(
    queries.servers.restore.mutationOptions({
      onSuccess: (server) => {
        see({ type: 'server.restored', server })
        say(t('deleted.restored', { name: server.name }))
      },
    }),
  )
}
