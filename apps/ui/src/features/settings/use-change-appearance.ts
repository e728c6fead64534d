import type { Appearance } from '@local-mcp/contract'
import { useApi } from '../../app/api-context.tsx'
import { useSee } from '../../lib/use-action.ts'
import { useOptimistic } from '../../lib/use-optimistic.ts'

/** Changes how the window looks: it is seen at once, and taken back where it was refused. */
export function useChangeAppearance(): (changes: Partial<Appearance>) => void {
  const { queries } = useApi()
  const see = useSee()
  const change = useOptimistic(queries.settings.updateAppearance.mutationOptions(), {
    queryKey: queries.settings.getAppearance.queryKey(),
    apply: (held: Appearance, changes) => ({ ...held, ...changes }) as Appearance,
    settle: (appearance) => see({ type: 'settings.appearance.updated', appearance }),
  })
  return change.mutate
}
