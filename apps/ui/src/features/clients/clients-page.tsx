import { CLIENT_IDS } from '@local-mcp/contract'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { CLIENT_ICONS } from './client-icons.ts'
import { CreateTokenDialog } from './create-token-dialog.tsx'
import { FoundClients } from './found-clients.tsx'
import { RateLimitsCard } from './rate-limits-card.tsx'
import { TokenList } from './token-list.tsx'

export function ClientsPage() {
  const { t } = useTranslation()
  const [creating, setCreating] = useState(false)
  return (
    <>
      <PageHeader title={t('clients.title')} description={t('clients.description')} />
      <div className="flex flex-col gap-5">
        <FoundClients />
        <Card title={t('clients.connect')} description={t('clients.connectText')}>
          <ul className="grid grid-cols-1 gap-2 min-[26rem]:grid-cols-2 lg:grid-cols-3">
            {CLIENT_IDS.map((client) => {
              const Icon = CLIENT_ICONS[client]
              return (
                <li key={client}>
                  <Link
                    href={`/clients/connect?client=${client}`}
                    className="flex h-full items-center gap-2.5 rounded-md border border-line px-3.5 py-2.5 font-medium no-underline transition-colors duration-(--quick) hover:border-line-strong hover:bg-hover"
                  >
                    <Icon aria-hidden className="size-4.5 shrink-0 text-accent-text" />
                    {t(`client.${client}`)}
                  </Link>
                </li>
              )
            })}
          </ul>
        </Card>
        <Card
          title={t('tokens.title')}
          description={t('tokens.description')}
          body="list"
          actions={
            <Button size="small" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => setCreating(true)}>
              {t('tokens.create')}
            </Button>
          }
        >
          <TokenList />
        </Card>
        <RateLimitsCard />
      </div>
      <CreateTokenDialog open={creating} onOpenChange={setCreating} />
    </>
  )
}
