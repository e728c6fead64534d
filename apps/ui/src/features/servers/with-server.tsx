import type { Server } from '@local-mcp/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { MissingPage } from '../../components/missing-page.tsx'
import { PageSkeleton } from '../../components/skeleton.tsx'
import { useServers } from '../../lib/use-nouns.ts'

/** One server out of the live list, or what is shown in its place: on its way, failed, not there (any more). */
export function WithServer({ id, children }: { id: string; children: (server: Server) => ReactNode }) {
  const { t } = useTranslation()
  const servers = useServers()
  const server = servers.data?.find((one) => one.id === id || one.slug === id)
  if (server) return children(server)
  if (servers.isError) return <ErrorState error={servers.error} onRetry={() => void servers.refetch()} />
  if (servers.isPending || servers.isFetching) return <PageSkeleton />
  return (
    <MissingPage
      title={t('server.goneTitle')}
      action={
        <Button href="/servers" variant="primary">
          {t('server.goneAction')}
        </Button>
      }
    >
      {t('server.goneText')}
    </MissingPage>
  )
}
