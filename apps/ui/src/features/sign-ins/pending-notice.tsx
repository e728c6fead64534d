import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { CopyLine } from '../../components/copy-line.tsx'
import { Notice } from '../../components/notice.tsx'
import { type PendingSignIn, setPending, usePending } from './pending-sign-ins.ts'

interface Server {
  readonly id: string
  readonly name: string
}

/** How a sign-in that was begun in this window is doing. */
export function PendingNotice({ server }: { server: Server }) {
  const pending = usePending(server.id)
  switch (pending?.phase) {
    case 'starting':
      return <Starting server={server} />
    case 'waiting':
      return <Waiting server={server} pending={pending} />
    case 'failed':
      return <Failed server={server} pending={pending} />
    default:
      return null
  }
}

function Starting({ server }: { server: Server }) {
  const { t } = useTranslation()
  return <Notice tone="info" title={t('signIn.starting', { name: server.name })} />
}

function Waiting({ server: { id, name }, pending }: { server: Server; pending: Extract<PendingSignIn, { phase: 'waiting' }> }) {
  const { t } = useTranslation()
  const { url, opened, expiresAt } = pending
  const tooLate = t('signIn.tooLate')
  const again = t('signIn.tooLateNext')
  useEffect(() => {
    const late = () => setPending(id, { phase: 'failed', problem: { code: 'INVALID_STATE', message: tooLate, next: again, fields: [] } })
    const timer = setTimeout(late, expiresAt - Date.now())
    return () => clearTimeout(timer)
  }, [id, expiresAt, tooLate, again])
  return (
    <Notice
      tone="info"
      title={t('signIn.waiting')}
      actions={
        <Button size="small" onClick={() => setPending(id, null)}>
          {t('common.cancel')}
        </Button>
      }
    >
      <p>{opened ? t('signIn.waitingText', { name }) : t('signIn.notOpened')}</p>
      <div className="mt-2 flex flex-col gap-1.5">
        <CopyLine label={t('signIn.addressWord')} value={url} />
        <a href={url} target="_blank" rel="noreferrer" className="self-start text-accent-text underline">
          {t('signIn.openAgain')}
        </a>
      </div>
    </Notice>
  )
}

function Failed({ server: { id }, pending: { problem } }: { server: Server; pending: Extract<PendingSignIn, { phase: 'failed' }> }) {
  const { t } = useTranslation()
  const { code, message, next } = problem
  const needsClient = code === 'NO_OAUTH_CONFIG' || code === 'REGISTRATION_FAILED'
  return (
    <Notice
      tone={needsClient ? 'warn' : 'bad'}
      title={code === 'CONNECTION_LOST' ? t('error.lost') : message || t('error.unknown')}
      actions={
        <>
          {needsClient && (
            <Button size="small" variant="primary" href={`/servers/${id}?tab=sign-in`}>
              {t('signIn.enterClient')}
            </Button>
          )}
          <Button size="small" onClick={() => setPending(id, null)}>
            {t('common.close')}
          </Button>
        </>
      }
    >
      <p>{needsClient ? t('signIn.needsClient') : next}</p>
      <p className="mt-2 font-mono text-ink-3 text-xs">{code}</p>
    </Notice>
  )
}
