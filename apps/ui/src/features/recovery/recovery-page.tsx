import type { RecoveryState, Remedy } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { Power, RefreshCw } from 'lucide-react'
import { type ComponentType, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { announce } from '../../app/announcer.tsx'
import { useApi } from '../../app/api-context.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { Facts } from '../../components/facts.tsx'
import { Logo } from '../../components/logo.tsx'
import { Notice } from '../../components/notice.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useAction } from '../../lib/use-action.ts'
import { ResetEverything } from '../backups/reset-everything.tsx'
import { DoctorCard } from '../health/doctor-card.tsx'
import { ClearDirtyCard } from './clear-dirty-card.tsx'
import { CopyFilesCard } from './copy-files-card.tsx'
import { RestoreCard } from './restore-card.tsx'
import { SalvageCard } from './salvage-card.tsx'

const REMEDIES: Record<Remedy, ComponentType> = {
  clear_dirty: ClearDirtyCard,
  restore: RestoreCard,
  salvage: SalvageCard,
  copy_files: CopyFilesCard,
  reset: ResetCard,
}
/** As many differences as help; a damaged schema may have hundreds. */
const SHOWN = 12

/** What the window shows while the database does not open: why, and everything that may help. Nothing else is reachable. */
export function RecoveryPage({ state }: { state: RecoveryState }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const { code, message, next, path, differences, remedies, since } = state
  const retry = useAction(queries.recovery.retry.mutationOptions())
  const quit = useMutation(queries.recovery.quit.mutationOptions())

  const tried = useRef(since)
  useEffect(() => {
    if (tried.current === since) return
    tried.current = since
    announce(t('recovery.still'))
  }, [since, t])

  if (quit.isSuccess) return <PageHeader title={t('recovery.ended')} description={t('recovery.endedText')} />
  const more = differences.length - SHOWN
  return (
    <>
      <div className="mb-6 flex items-center gap-2 font-semibold">
        <Logo className="size-6 shrink-0" />
        <span className="truncate">{t('app.name')}</span>
      </div>
      <PageHeader
        title={t('recovery.title')}
        description={t('recovery.description')}
        actions={
          <>
            <Button icon={<Power aria-hidden className="size-4" />} busy={quit.isPending} onClick={() => quit.mutate(undefined)}>
              {t('recovery.quit')}
            </Button>
            <Button
              variant="primary"
              icon={<RefreshCw aria-hidden className="size-4" />}
              busy={retry.isPending}
              onClick={() => retry.mutate(undefined)}
            >
              {t('recovery.retry')}
            </Button>
          </>
        }
      />
      <div className="flex flex-col gap-5">
        <Notice tone="bad" title={message}>
          <p>{next}</p>
        </Notice>
        <Facts
          items={[
            [t('recovery.code'), <code key="code">{code}</code>],
            [t('recovery.path'), <CopyLine key="path" label={t('recovery.path')} value={path} />],
            [t('recovery.tried'), <TimeAgo key="tried" at={since} />],
          ]}
        />
        {differences.length > 0 && (
          <Card title={t('recovery.differences')}>
            <CodeBlock label={t('recovery.differences')} wrap>
              {[...differences.slice(0, SHOWN), ...(more > 0 ? [t('recovery.differencesMore', { count: more })] : [])].join('\n')}
            </CodeBlock>
          </Card>
        )}
        {remedies.map((remedy) => {
          const Remedy = REMEDIES[remedy]
          return <Remedy key={remedy} />
        })}
        <DoctorCard />
      </div>
    </>
  )
}

function ResetCard() {
  const { t } = useTranslation()
  return (
    <Card title={t('reset.title')} description={t('reset.text')}>
      <ResetEverything />
    </Card>
  )
}
