import type { Profile, ProfileTool } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { CustomizeToolDialog } from '../tools/customize-tool-dialog.tsx'
import { shownText } from '../tools/server-text.tsx'

/** The editor of one tool out of the list of all servers: its schema is read when it is opened. */
export function CustomizeLinkTool({ profile, tool, onClose }: { profile: Profile; tool: ProfileTool; onClose: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const link = useQuery(queries.profiles.tools.queryOptions({ input: { profile: profile.id, server: tool.serverId } }))
  const found = link.data?.tools.find(({ name }) => name === tool.name)
  const close = (open: boolean) => {
    if (!open) onClose()
  }
  if (link.isError) {
    return (
      <Dialog open onOpenChange={close} title={t('customize.title', { tool: shownText(tool.name) })}>
        <ErrorState error={link.error} onRetry={() => void link.refetch()} />
      </Dialog>
    )
  }
  return found && <CustomizeToolDialog profile={profile.id} server={tool.serverId} tool={found} open onOpenChange={close} />
}
