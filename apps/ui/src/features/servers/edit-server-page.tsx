import type { Server } from '@local-mcp/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate, useUnsaved } from '../../app/router.tsx'
import { Card } from '../../components/card.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { StaleEditNotice } from '../../components/stale-edit.tsx'
import { useSee } from '../../lib/use-action.ts'
import { useSources } from '../../lib/use-nouns.ts'
import { useStaleEdit } from '../../lib/use-stale-edit.ts'
import { editFields } from './edit-fields.ts'
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
  const cache = useQueryClient()
  const sources = useSources()
  const [values, setValues] = useState(() => valuesOfServer(server))
  const back = `/servers/${server.id}`
  const update = useMutation(
    queries.servers.update.mutationOptions({
      // What was typed may hold a key, which must not lie about in memory.
      gcTime: 0,
      onSuccess: (changed) => {
        see({ type: 'server.updated', server: changed })
        navigate(back, { replace: true, saved: true })
      },
    }),
  )
  const edit = useStaleEdit({
    live: server,
    stampOf: ({ version }) => version,
    valuesOf: valuesOfServer,
    fields: editFields(t, (id) => sources.data?.find((source) => source.id === id)?.name ?? id),
    values,
    onChange: setValues,
    save: update,
    refresh: () => void cache.invalidateQueries({ queryKey: queries.servers.list.key() }),
  })
  useUnsaved(edit.isDirty)
  const save = () => {
    const { name, config, apiKey, sourceIds, keepAlive } = toServerInput(values)
    const key = apiKey !== undefined && { apiKey }
    update.mutate({ server: server.id, name, config, sourceIds, keepAlive, ...key, version: edit.stamp })
  }
  return (
    <>
      <PageHeader
        title={t('editServer.title', { name: server.name })}
        description={t('editServer.description')}
        back={{ href: back, label: server.name }}
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
            error={edit.error}
            fixedKind
          >
            <StaleEditNotice edit={edit} />
          </ServerForm>
        </Card>
      </div>
    </>
  )
}
