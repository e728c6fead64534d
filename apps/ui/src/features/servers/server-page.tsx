import type { Server } from '@local-mcp/contract'
import { Pencil, RotateCw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate, useSearchParam } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { Notice } from '../../components/notice.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { Toggle } from '../../components/toggle.tsx'
import { useAction, useSee } from '../../lib/use-action.ts'
import { useOptimistic } from '../../lib/use-optimistic.ts'
import { RecentCalls } from '../activity/recent-calls.tsx'
import { PendingNotice } from '../sign-ins/pending-notice.tsx'
import { ServerSignIn } from '../sign-ins/server-sign-in.tsx'
import { SignInButton } from '../sign-ins/sign-in-button.tsx'
import { ToolChanges } from '../tools/tool-changes.tsx'
import { ConsentPanel } from './consent-panel.tsx'
import { DeleteServer } from './delete-server.tsx'
import { ServerConfig } from './server-config.tsx'
import { ServerHistory } from './server-history.tsx'
import { ServerOutput } from './server-output.tsx'
import { ServerProblem } from './server-problem.tsx'
import { ServerProfiles } from './server-profiles.tsx'
import { ServerState } from './server-state.tsx'
import { ServerTools } from './server-tools.tsx'
import { WithServer } from './with-server.tsx'

/** What the server said for want of a sign-in, or of a better one. */
const WANTS_SIGN_IN = new Set(['AUTH_REQUIRED', 'SIGN_IN_ENDED', 'SCOPE_MISSING'])
const TABS = ['tools', 'changes', 'calls', 'history', 'output', 'sign-in', 'settings'] as const

export function ServerPage({ server }: { server?: string }) {
  return <WithServer id={server ?? ''}>{(found) => <ServerDetail server={found} />}</WithServer>
}

function ServerDetail({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { status } = server
  const tab = useSearchParam('tab')
  const isRemote = 'url' in server.config
  return (
    <>
      <PageHeader
        title={server.name}
        back={{ href: '/servers', label: t('servers.title') }}
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <ServerState state={status.state} />
            <span className="text-ink-3 text-sm">
              {status.state === 'disconnected' ? (
                t('server.idle')
              ) : (
                <>
                  {t('server.since')} <TimeAgo at={status.since} />
                </>
              )}
            </span>
          </span>
        }
        actions={<ServerActions server={server} />}
      />
      <div className="flex flex-col gap-5">
        <PendingNotice server={server} />
        {status.state === 'approval_required' && (
          <ConsentPanel server={server} decline={<Button href={`/servers/${server.id}/edit`}>{t('consent.change')}</Button>} />
        )}
        {server.missingSources.length > 0 && (
          <Notice tone="warn" title={t('server.missing', { names: server.missingSources.join(', ') })}>
            {t('server.missingText')}
          </Notice>
        )}
        {status.problem && status.problem.code !== 'APPROVAL_REQUIRED' && (
          <ServerProblem
            server={server}
            problem={status.problem}
            actions={WANTS_SIGN_IN.has(status.problem.code) && isRemote && <SignInButton size="small" server={server} />}
          />
        )}
        <Tabs
          label={t('server.parts')}
          value={TABS.find((one) => one === tab) ?? 'tools'}
          onChange={(next) => navigate(`${location.pathname}?tab=${next}`, { replace: true })}
          items={[
            {
              value: 'tools',
              label: status.toolCount === null ? t('tools.title') : t('tools.titleCount', { count: status.toolCount }),
              content: <ServerTools server={server} />,
            },
            {
              value: 'changes',
              label: server.toolChanges === 0 ? t('changes.tab') : t('changes.tabCount', { count: server.toolChanges }),
              content: <ToolChanges server={server} />,
            },
            { value: 'calls', label: t('server.calls'), content: <RecentCalls serverId={server.id} /> },
            { value: 'history', label: t('history.title'), content: <ServerHistory server={server} /> },
            ...(server.type === 'external'
              ? [{ value: 'output', label: t('output.title'), content: <ServerOutput server={server} /> }]
              : []),
            ...(isRemote ? [{ value: 'sign-in', label: t('signIn.tab'), content: <ServerSignIn server={server} /> }] : []),
            { value: 'settings', label: t('server.settings'), content: <ServerSettings server={server} /> },
          ]}
        />
      </div>
    </>
  )
}

function ServerSettings({ server }: { server: Server }) {
  const { t } = useTranslation()
  const builtin = server.type === 'builtin'
  return (
    <>
      <Card title={t('server.endpoint')} description={t('server.endpointText')}>
        <CopyLine label={t('server.endpointWord')} value={server.endpoint} />
      </Card>
      <ServerProfiles server={server} />
      <Card
        title={t('server.config')}
        actions={
          !builtin && (
            <Button size="small" href={`/servers/${server.id}/edit`} icon={<Pencil aria-hidden className="size-3.5" />}>
              {t('server.edit')}
            </Button>
          )
        }
      >
        <ServerConfig server={server} />
      </Card>
      {!builtin && <DeleteServer server={server} />}
    </>
  )
}

function ServerActions({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const restart = useAction(
    queries.servers.restart.mutationOptions({
      onSuccess: (status) => see({ type: 'server.status.changed', serverId: server.id, status }),
    }),
  )
  const { enabled } = server
  const update = useOptimistic(queries.servers.update.mutationOptions(), {
    queryKey: queries.servers.list.queryKey(),
    apply: (list: Server[], { server: id, enabled: on }) =>
      list.map((one) => (one.id === id ? { ...one, enabled: on ?? one.enabled } : one)),
    settle: (changed) => see({ type: 'server.updated', server: changed }),
  })
  const waits = server.status.state === 'approval_required'
  return (
    <>
      <Toggle
        label={t('server.enabled', { name: server.name })}
        text={enabled ? t('common.on') : t('common.off')}
        checked={enabled}
        onChange={(next) => update.mutate({ server: server.id, enabled: next })}
      />
      <Button
        icon={<RotateCw aria-hidden className="size-4" />}
        busy={restart.isPending}
        disabled={!server.enabled || waits}
        onClick={() => restart.mutate({ server: server.id })}
      >
        {server.status.state === 'disconnected' ? t('server.start') : t('server.restart')}
      </Button>
    </>
  )
}
