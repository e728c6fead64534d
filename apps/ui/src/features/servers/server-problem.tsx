import type { ServerProblem as Problem, Server } from '@local-mcp/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CodeBlock } from '../../components/code-block.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { Notice } from '../../components/notice.tsx'

/** Why a server does not serve, what to do, and what was seen. */
export function ServerProblem({ server, problem, actions }: { server: Server; problem: Problem; actions?: ReactNode }) {
  const { t } = useTranslation()
  const evidence = problem.evidence.join('\n')
  return (
    <Notice tone={server.status.state === 'error' ? 'bad' : 'warn'} title={problem.message} actions={actions}>
      <p>{problem.next}</p>
      {evidence !== '' && (
        <div className="mt-3">
          <div className="mb-1 flex items-center justify-between gap-2">
            <h2 className="text-ink text-sm">{t('server.evidence')}</h2>
            <CopyButton label={t('copy.label', { what: t('server.evidenceWord') })} value={evidence} />
          </div>
          <CodeBlock label={t('server.evidence')} wrap>
            {evidence}
          </CodeBlock>
        </div>
      )}
      <p className="mt-2 font-mono text-ink-3 text-xs">{problem.code}</p>
    </Notice>
  )
}
