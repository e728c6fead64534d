import type { Server } from '@local-mcp/contract'
import { joinCommand, visibleText } from '@local-mcp/kernel'
import { Boxes, ChevronRight, Globe, Package, Plus, SquareTerminal } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { Tag } from '../../components/tag.tsx'
import { useServers } from '../../lib/use-nouns.ts'
import { DeletedServers } from './deleted-servers.tsx'
import { isReady, ServerState } from './server-state.tsx'

export function ServersPage() {
  const { t } = useTranslation()
  const servers = useServers()
  const add = (
    <Button href="/servers/new" variant="primary" icon={<Plus aria-hidden className="size-4" />}>
      {t('servers.add')}
    </Button>
  )
  return (
    <>
      <PageHeader
        title={t('servers.title')}
        description={t('servers.description')}
        actions={
          <>
            <Button href="/servers/endpoints">{t('pool.open')}</Button>
            {add}
          </>
        }
      />
      {servers.isError ? (
        <ErrorState error={servers.error} onRetry={() => void servers.refetch()} />
      ) : (
        <div className="overflow-hidden rounded-lg border border-line bg-surface shadow-raised">
          {servers.data === undefined ? (
            <RowsSkeleton />
          ) : servers.data.length === 0 ? (
            <EmptyState Icon={Boxes} title={t('servers.emptyTitle')} action={add}>
              {t('servers.emptyText')}
            </EmptyState>
          ) : (
            <ul className="divide-y divide-line">
              {servers.data.map((server) => (
                <ServerRow key={server.id} server={server} />
              ))}
            </ul>
          )}
        </div>
      )}
      <DeletedServers />
    </>
  )
}

const KIND_ICON = { external: SquareTerminal, remote_http: Globe, remote_sse: Globe, builtin: Package, custom: SquareTerminal } as const

function ServerRow({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { status } = server
  const Icon = KIND_ICON[server.type]
  return (
    <li>
      <Link
        href={`/servers/${server.id}`}
        className="group flex items-center gap-3.5 px-4 py-3.5 no-underline transition-colors duration-(--quick) -outline-offset-2! hover:bg-hover sm:px-5"
      >
        <Icon aria-hidden className="size-5 shrink-0 text-ink-3" />
        <div className="min-w-0 flex-1">
          <p dir="auto" className="truncate font-medium">
            {server.name}
          </p>
          <p className={`truncate text-sm ${status.problem ? 'text-ink-2' : 'text-ink-3'}`}>
            {status.problem ? status.problem.message : <ServerTarget server={server} />}
          </p>
        </div>
        {isReady(status.state) && status.toolCount !== null && (
          <span className="hidden shrink-0 text-ink-3 text-sm tabular-nums sm:block">
            {t('servers.tools', { count: status.toolCount })}
          </span>
        )}
        {server.missingSources.length > 0 && <Tag tone="bad">{t('server.missingTag')}</Tag>}
        <ServerState state={status.state} />
        <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-3 max-sm:hidden rtl:-scale-x-100" />
      </Link>
    </li>
  )
}

function ServerTarget({ server: { config } }: { server: Server }) {
  const { t } = useTranslation()
  if ('builtinId' in config) return t('servers.builtin')
  return (
    <code dir="ltr" className="text-xs">
      {visibleText('command' in config ? joinCommand(config.command, config.args) : config.url)}
    </code>
  )
}
