import type { Server, ToolChange } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { Tag } from '../../components/tag.tsx'
import { useAction, useSay } from '../../lib/use-action.ts'
import { ChangedToolsField } from './changed-tools-field.tsx'
import { DiffView } from './diff-view.tsx'
import { HiddenTextMark, shownText } from './server-text.tsx'

/** What of a server's tools and prompts is new, gone or not as it was accepted, old beside new. */
export function ToolChanges({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const input = { server: server.id }
  const changes = useQuery(queries.servers.toolChanges.queryOptions({ input }))
  const accept = useAction(
    queries.servers.acceptTools.mutationOptions({
      onSuccess: (left, { tools }, _result, { client }) => {
        client.setQueryData(queries.servers.toolChanges.queryKey({ input }), left)
        say(t('changes.accepted', { count: tools.length }))
      },
    }),
  )
  const acceptThese = (these: readonly ToolChange[]) =>
    accept.mutate({ ...input, tools: these.map(({ kind, name, hash }) => ({ kind, name, hash })) })
  return (
    <>
      <Card
        title={t('changes.title')}
        description={t('changes.text')}
        body="list"
        actions={
          (changes.data?.length ?? 0) > 1 && (
            <Button size="small" busy={accept.isPending} onClick={() => acceptThese(changes.data ?? [])}>
              {t('changes.acceptAll', { count: changes.data?.length ?? 0 })}
            </Button>
          )
        }
      >
        {changes.isError ? (
          <div className="p-4">
            <ErrorState error={changes.error} onRetry={() => void changes.refetch()} />
          </div>
        ) : changes.data === undefined ? (
          <RowsSkeleton rows={2} />
        ) : changes.data.length === 0 ? (
          <p className="px-5 py-6 text-ink-3">{t('changes.none')}</p>
        ) : (
          <ul className="divide-y divide-line">
            {changes.data.map((change) => (
              <ChangeRow
                key={`${change.kind} ${change.name}`}
                change={change}
                busy={accept.isPending}
                onAccept={() => acceptThese([change])}
              />
            ))}
          </ul>
        )}
      </Card>
      <ChangedToolsField />
    </>
  )
}

function ChangeRow({ change, busy, onAccept }: { change: ToolChange; busy: boolean; onAccept: () => void }) {
  const { t } = useTranslation()
  const name = shownText(change.name)
  return (
    <li className="flex flex-col gap-2 px-4 py-3.5 sm:px-5">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5">
        <h3 className="min-w-0 text-base">
          <code dir="ltr" className="wrap-anywhere">
            {name}
          </code>
        </h3>
        <Tag tone={change.change === 'modified' ? 'bad' : 'quiet'}>{t(`toolChange.${change.change}`)}</Tag>
        {change.kind === 'prompt' && <Tag tone="quiet">{t('changes.prompt')}</Tag>}
        {change.withheld && <span className="text-bad text-sm">{t('changes.withheld')}</span>}
        <HiddenTextMark texts={[change.after]} />
        <span className="ms-auto">
          <Button size="small" busy={busy} aria-label={t('changes.acceptLabel', { tool: name })} onClick={onAccept}>
            {t('changes.accept')}
          </Button>
        </span>
      </div>
      {change.change === 'removed' ? (
        <p className="text-ink-2">{t('changes.removedText')}</p>
      ) : (
        <>
          {change.change === 'modified' && change.before === null && <p className="text-ink-2">{t('changes.unreadable')}</p>}
          <DiffView label={t('changes.diffOf', { tool: name })} before={change.before ?? ''} after={change.after ?? ''} />
        </>
      )}
    </li>
  )
}
