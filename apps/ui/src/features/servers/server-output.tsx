import type { Server } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'

/** What the program wrote beside the protocol, as of when it was asked for. */
export function ServerOutput({ server }: { server: Server }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  // A program writes at any time and tells nobody: what was read before is old.
  const log = useQuery(queries.servers.logs.queryOptions({ input: { server: server.id }, staleTime: 0, gcTime: 0 }))
  const text = log.data?.lines.map((line) => line.text).join('\n') ?? ''
  return (
    <Card
      title={t('output.title')}
      description={t('output.description')}
      actions={
        <>
          {text !== '' && <CopyButton label={t('copy.label', { what: t('output.word') })} value={text} />}
          <Button
            size="small"
            icon={<RotateCw aria-hidden className="size-3.5" />}
            busy={log.isFetching}
            onClick={() => void log.refetch()}
          >
            {t('output.again')}
          </Button>
        </>
      }
    >
      {log.isError ? (
        <ErrorState error={log.error} onRetry={() => void log.refetch()} />
      ) : log.data === undefined ? (
        <RowsSkeleton rows={3} />
      ) : text === '' ? (
        <p className="text-ink-3">{t('output.empty')}</p>
      ) : (
        <>
          {log.data.dropped > 0 && <p className="mb-2 text-ink-3 text-sm">{t('output.dropped', { count: log.data.dropped })}</p>}
          <CodeBlock label={t('output.title')} wrap>
            {text}
          </CodeBlock>
        </>
      )}
    </Card>
  )
}
