import type { Profile } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { useOptimistic } from '../../lib/use-optimistic.ts'

/** Makes a profile the one that clients get that name none: seen at once, put back where it is refused. */
export function useSetDefaultProfile() {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  return useOptimistic(
    queries.settings.setDefaultProfile.mutationOptions({ onSuccess: ({ name }) => say(t('profile.isDefaultNow', { name })) }),
    {
      queryKey: queries.profiles.list.queryKey(),
      apply: (list: Profile[], { profile }) => list.map((one) => ({ ...one, isDefault: one.id === profile })),
      settle: (profile) => see({ type: 'profile.updated', profile }),
    },
  )
}
