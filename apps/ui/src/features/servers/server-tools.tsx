import type { Server, Tool } from '@local-mcp/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { Notice } from '../../components/notice.tsx'
import { useOptimistic } from '../../lib/use-optimistic.ts'
import { ToolList } from '../tools/tool-list.tsx'
import { ToolPolicyField } from '../tools/tool-policy.tsx'
import { ToolRow } from '../tools/tool-row.tsx'
import { RefreshTools } from './refresh-tools.tsx'

/** The tools that the server offers, and which of them any client may see. */
export function ServerTools({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const cache = useQueryClient()
  const input = { server: server.id }
  // Until they were listed once there is nothing to ask for; the server's status tells when there is.
  const tools = useQuery(queries.servers.tools.queryOptions({ input, enabled: server.status.toolCount !== null }))
  const queryKey = queries.servers.tools.queryKey({ input })
  const change = useOptimistic(queries.servers.switchTools.mutationOptions(), {
    queryKey,
    apply: (list: Tool[], { enable, disable }) =>
      list.map((tool) => ({ ...tool, enabled: enable?.includes(tool.name) || (tool.enabled && !disable?.includes(tool.name)) })),
    settle: (now) => void cache.setQueryData(queryKey, now),
  })
  const on = tools.data?.filter(({ enabled }) => enabled).map(({ name }) => name)
  const policy = (change.isPending ? change.variables.policy : undefined) ?? server.toolPolicy
  return (
    <>
      {server.toolChanges > 0 && (
        <Notice
          tone="warn"
          title={t('changes.waiting', { count: server.toolChanges })}
          actions={
            <Button size="small" href={`/servers/${server.id}?tab=changes`}>
              {t('changes.review')}
            </Button>
          }
        />
      )}
      <Card
        title={t('tools.forAll')}
        description={t('tools.forAllText')}
        body="list"
        actions={server.status.toolCount !== null && <RefreshTools server={server} />}
      >
        <div className="border-line border-b px-4 py-4 sm:px-5">
          <ToolPolicyField
            value={policy}
            busy={change.isPending || on === undefined}
            // What is on stays on, so that nobody loses a tool by choosing how new ones are met.
            onChange={(next) => change.mutate({ ...input, policy: next, ...(next === 'allowlist' && { enable: on ?? [] }) })}
          />
        </div>
        <ToolList
          server={server}
          query={tools}
          tools={tools.data}
          row={(tool) => (
            <ToolRow
              key={tool.name}
              tool={tool}
              enabled={tool.enabled}
              busy={false}
              onSwitch={(enabled) => change.mutate({ ...input, [enabled ? 'enable' : 'disable']: [tool.name] })}
            />
          )}
        />
      </Card>
    </>
  )
}
