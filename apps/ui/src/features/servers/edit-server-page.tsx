import type { Server } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate } from '../../app/router.tsx'
import { Card } from '../../components/card.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { useSee } from '../../lib/use-action.ts'
import { ServerForm } from './server-form.tsx'
import { toServerInput, valuesOfServer } from './server-form-values.ts'
import { WithServer } from './with-server.tsx'

export function EditServerPage({ server }: { server?: string }) {
  return <WithServer id={server ?? ''}>{(found) => <EditServer server={found} />}</WithServer>
}

function EditServer({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  // What the form began with: a change made elsewhere in the meantime is refused by its version, not overwritten.
  const [original] = useState(server)
  const [values, setValues] = useState(() => valuesOfServer(server))
  const back = `/servers/${server.id}`
  const update = useMutation(
    queries.servers.update.mutationOptions({
      // What was typed may hold a key, which must not lie about in memory.
      gcTime: 0,
      onSuccess: (changed) => {
        see({ type: 'server.updated', server: changed })
        navigate(back, { replace: true })
      },
    }),
  )
  const save = () => {
    const { name, config, apiKey, sourceIds, keepAlive } = toServerInput(values)
    const key = apiKey !== undefined && { apiKey }
    update.mutate({ server: server.id, name, config, sourceIds, keepAlive, ...key, version: original.version })
  }
  return (
    <>
      <PageHeader
        title={t('editServer.title', { name: original.name })}
        description={t('editServer.description')}
        back={{ href: back, label: original.name }}
      />
      <div className="max-w-2xl">
        <Card>
          <ServerForm
            values={values}
            onChange={setValues}
            onSubmit={save}
            submit={t('common.save')}
            cancel={back}
            busy={update.isPending}
            error={update.error}
            fixedKind
          />
        </Card>
      </div>
    </>
  )
}
