import type { Server } from '@local-mcp/contract'
import { CircleCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { navigate } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { needsPerson, ServerState } from '../servers/server-state.tsx'
import { SignInButton } from '../sign-ins/sign-in-button.tsx'

/** Whether there is something to be read, and not to be mended. */
const toReview = (state: Server['status']['state']) => state === 'approval_required' || !needsPerson(state)

/** Servers that wait for a person, with the cause and the next step. */
export function NeedsYou({ servers }: { servers: readonly Server[] }) {
  const { t } = useTranslation()
  const waiting = servers.filter(({ status, toolChanges }) => needsPerson(status.state) || toolChanges > 0)
  if (waiting.length === 0) {
    return (
      <p className="flex items-center gap-2 px-1 text-ink-2">
        <CircleCheck aria-hidden className="size-4 shrink-0 text-ok" />
        {t('needsYou.none')}
      </p>
    )
  }
  return (
    <Card title={t('needsYou.title')} body="list">
      <ul className="divide-y divide-line">
        {waiting.map(({ id, name, status, toolChanges }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3.5 sm:px-5">
            <div className="min-w-0 flex-1 basis-64">
              <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                <h3 dir="auto" className="wrap-anywhere min-w-0 text-base">
                  {name}
                </h3>
                <ServerState state={status.state} />
              </div>
              <p className="wrap-anywhere mt-1 text-ink-2">
                {status.problem ? status.problem.message : status.state === 'approval_required' ? t('needsYou.approval') : null}
              </p>
              {toolChanges > 0 && <p className="mt-1 text-ink-2">{t('changes.waiting', { count: toolChanges })}</p>}
              {status.problem && <p className="wrap-anywhere text-ink-3">{status.problem.next}</p>}
            </div>
            {status.state === 'auth_required' && (
              <SignInButton server={{ id, name }} onBegun={() => navigate(`/servers/${id}?tab=sign-in`)} />
            )}
            <Button
              href={needsPerson(status.state) ? `/servers/${id}` : `/servers/${id}?tab=changes`}
              aria-label={t(toReview(status.state) ? 'needsYou.reviewLabel' : 'needsYou.openLabel', { name })}
            >
              {toReview(status.state) ? t('needsYou.review') : t('needsYou.open')}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}
