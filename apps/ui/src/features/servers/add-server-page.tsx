import { KNOWN_CLIENT_IDS, type Server } from '@local-mcp/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { navigate, useSearchParam } from '../../app/router.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { AddServerFlow, type AddStep } from './add-server-flow.tsx'

/** One server, or those that a client has already: `?client=cursor`. */
export function AddServerPage() {
  const { t } = useTranslation()
  const [at, setAt] = useState<AddStep>('start')
  const wanted = useSearchParam('client')
  const client = KNOWN_CLIENT_IDS.find((id) => id === wanted) ?? null
  const leave = (servers: readonly Server[]) =>
    navigate(servers.length === 1 ? `/servers/${servers[0]?.id}` : '/servers', { replace: true })
  return (
    <>
      <PageHeader
        title={t('addServer.title')}
        description={t(`addServer.steps.${at}`)}
        back={{ href: '/servers', label: t('servers.title') }}
      />
      <AddServerFlow key={client} client={client} onStep={setAt} onDone={leave} cancel="/servers" />
    </>
  )
}
