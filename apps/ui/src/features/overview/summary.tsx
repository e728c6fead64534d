import type { ClientToken, Server } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Link } from '../../app/router.tsx'
import { formatBytes } from '../../lib/format-bytes.ts'
import { isReady } from '../servers/server-state.tsx'

/** How much is there and how much of it works, each a way to its page. */
export function Summary({ servers, tokens }: { servers: readonly Server[]; tokens: readonly ClientToken[] }) {
  const { t, i18n } = useTranslation()
  const { queries } = useApi()
  const usage = useQuery(queries.system.usage.queryOptions({ staleTime: 0 })).data
  const ready = servers.filter(({ status }) => isReady(status.state))
  const tools = ready.reduce((sum, { status }) => sum + (status.toolCount ?? 0), 0)
  const valid = tokens.filter(({ revokedAt }) => revokedAt === null).length
  const items = [
    { href: '/servers', value: t('summary.serversValue', { up: ready.length, all: servers.length }), label: t('summary.servers') },
    { href: '/servers', value: String(tools), label: t('summary.tools', { count: tools }) },
    { href: '/clients', value: String(valid), label: t('summary.tokens', { count: valid }) },
    ...(usage && usage.savedBytes > 0
      ? [{ href: '/servers', value: formatBytes(usage.savedBytes, i18n.language), label: t('summary.saved', { count: usage.sessions }) }]
      : []),
  ]
  return (
    <ul className="grid grid-cols-1 divide-line overflow-hidden rounded-lg border border-line bg-surface shadow-raised max-sm:divide-y sm:auto-cols-fr sm:grid-flow-col sm:divide-x rtl:divide-x-reverse">
      {items.map(({ href, value, label }) => (
        <li key={label}>
          <Link
            href={href}
            className="flex h-full items-baseline gap-2 px-5 py-3.5 no-underline transition-colors duration-(--quick) -outline-offset-2! hover:bg-hover sm:flex-col sm:gap-0"
          >
            <span className="font-semibold text-xl tabular-nums">{value}</span>
            <span className="text-ink-2">{label}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
