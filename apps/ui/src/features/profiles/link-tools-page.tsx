import type { LinkTool, Profile, Server } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Card } from '../../components/card.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Tag } from '../../components/tag.tsx'
import { useAction } from '../../lib/use-action.ts'
import { WithServer } from '../servers/with-server.tsx'
import { CustomizeToolDialog } from '../tools/customize-tool-dialog.tsx'
import { shownText } from '../tools/server-text.tsx'
import { ToolList } from '../tools/tool-list.tsx'
import { ToolPolicyField } from '../tools/tool-policy.tsx'
import { ToolRow } from '../tools/tool-row.tsx'
import { WithProfile } from './with-profile.tsx'

/** Which tools of one server the clients of one profile see, and as what. */
export function LinkToolsPage({ profile, server }: { profile?: string; server?: string }) {
  return (
    <WithProfile slug={profile ?? ''}>
      {(found) => <WithServer id={server ?? ''}>{(one) => <LinkTools profile={found} server={one} />}</WithServer>}
    </WithProfile>
  )
}

function LinkTools({ profile, server }: { profile: Profile; server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const input = { profile: profile.id, server: server.id }
  const tools = useQuery(queries.profiles.tools.queryOptions({ input }))
  const change = useAction(
    queries.profiles.switchTools.mutationOptions({
      onSuccess: (now, _input, _result, { client }) => client.setQueryData(queries.profiles.tools.queryKey({ input }), now),
    }),
  )
  const [customizing, setCustomizing] = useState<string | null>(null)
  const waiting = change.isPending ? change.variables : null
  const on = tools.data?.tools.filter(({ enabledHere }) => enabledHere).map(({ name }) => name)
  const edited = tools.data?.tools.find(({ name }) => name === customizing)
  return (
    <>
      <PageHeader
        title={t('linkTools.title', { server: server.name })}
        back={{ href: `/profiles/${profile.slug}`, label: profile.name }}
        description={t('linkTools.text', { profile: profile.name })}
      />
      <Card title={t('tools.title')} body="list">
        <div className="border-line border-b px-4 py-4 sm:px-5">
          <ToolPolicyField
            value={waiting?.policy ?? tools.data?.toolPolicy ?? 'all'}
            busy={change.isPending || on === undefined}
            onChange={(policy) => change.mutate({ ...input, policy, ...(policy === 'allowlist' && { enable: on ?? [] }) })}
          />
        </div>
        <ToolList
          server={server}
          query={tools}
          tools={server.status.toolCount === null ? undefined : tools.data?.tools}
          row={(tool) => (
            <ToolRow
              key={tool.name}
              tool={asSeen(tool)}
              tags={<LinkToolTags tool={tool} />}
              actions={
                <IconButton
                  label={t('customize.open', { tool: shownText(tool.name) })}
                  icon={<Pencil aria-hidden className="size-4" />}
                  onClick={() => setCustomizing(tool.name)}
                />
              }
              enabled={waiting?.enable?.[0] === tool.name || (tool.enabledHere && waiting?.disable?.[0] !== tool.name)}
              busy={change.isPending}
              onSwitch={(enabled) => change.mutate({ ...input, [enabled ? 'enable' : 'disable']: [tool.name] })}
            >
              {tool.custom?.problem && <p className="text-bad text-sm">{tool.custom.problem}</p>}
            </ToolRow>
          )}
        />
      </Card>
      {edited && (
        <CustomizeToolDialog
          key={edited.name}
          profile={profile.id}
          server={server.id}
          tool={edited}
          open
          onOpenChange={(open) => !open && setCustomizing(null)}
        />
      )}
    </>
  )
}

/** What its clients read of it; the server's own words are in the dialog. */
const asSeen = (tool: LinkTool): LinkTool => ({
  ...tool,
  description: tool.custom?.description ?? tool.description,
  inputSchema: tool.custom?.inputSchema ?? tool.inputSchema,
})

function LinkToolTags({ tool }: { tool: LinkTool }) {
  const { t } = useTranslation()
  return (
    <>
      {tool.custom && <Tag>{t('linkTools.custom')}</Tag>}
      {!tool.enabled && <Tag tone="quiet">{t('linkTools.offAtServer')}</Tag>}
      {tool.exposedName !== null && tool.exposedName !== tool.name && (
        <span className="text-ink-2 text-sm">
          {t('linkTools.exposed')} <code dir="ltr">{tool.exposedName}</code>
        </span>
      )}
    </>
  )
}
