import type { Secret } from '@local-mcp/contract'
import { useMutation } from '@tanstack/react-query'
import { Fragment, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Link } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Tag } from '../../components/tag.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useSay, useSee } from '../../lib/use-action.ts'
import { SecretDialog } from './secret-dialog.tsx'
import { useNameOf } from './use-name-of.ts'

export function SecretList({ secrets }: { secrets: readonly Secret[] }) {
  const [replacing, setReplacing] = useState<Secret | null>(null)
  const [deleting, setDeleting] = useState<Secret | null>(null)
  return (
    <>
      <ul className="divide-y divide-line">
        {secrets.map((secret) => (
          <SecretRow key={secret.id} secret={secret} onReplace={() => setReplacing(secret)} onDelete={() => setDeleting(secret)} />
        ))}
      </ul>
      <SecretDialog open={replacing !== null} onOpenChange={(open) => !open && setReplacing(null)} replaced={replacing} />
      <DeleteSecret secret={deleting} onClose={() => setDeleting(null)} />
    </>
  )
}

function SecretRow({ secret, onReplace, onDelete }: { secret: Secret; onReplace: () => void; onDelete: () => void }) {
  const { t } = useTranslation()
  const name = useNameOf()(secret)
  const [server] = secret.usedBy
  // The others are changed where they come from.
  const isEntered = secret.kind === 'named' || secret.kind === 'api_key'
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span dir="auto" className="wrap-anywhere min-w-0 font-medium">
            {name}
          </span>
          {isEntered && <code className="text-ink-3 text-xs">••••{secret.hint}</code>}
          {secret.kind !== 'named' && <Tag>{t(`secrets.kinds.${secret.kind}`)}</Tag>}
        </div>
        <p dir="auto" className="wrap-anywhere text-ink-3 text-sm">
          {t('secrets.sealed')}
          {' · '}
          {secret.usedBy.length === 0 ? (
            t('secrets.unused')
          ) : (
            <>
              {t('secrets.usedBy')}{' '}
              {secret.usedBy.map((server, index) => (
                <Fragment key={server.id}>
                  {index > 0 && ', '}
                  {server.deleted ? (
                    t('secrets.deletedServer', { name: server.name })
                  ) : (
                    <Link href={`/servers/${server.id}`}>{server.name}</Link>
                  )}
                </Fragment>
              ))}
            </>
          )}
          {secret.kind !== 'source' && (
            <>
              {' · '}
              {secret.lastUsedAt === null ? (
                t('secrets.neverUsed')
              ) : (
                <>
                  {t('secrets.lastUsed')} <TimeAgo at={secret.lastUsedAt} />
                </>
              )}
            </>
          )}
        </p>
      </div>
      {secret.kind === 'source' ? (
        <Button size="small" href="/sources">
          {t('secrets.openSources')}
        </Button>
      ) : !isEntered ? (
        server &&
        !server.deleted && (
          <Button size="small" href={`/servers/${server.id}?tab=sign-in`} aria-label={t('secrets.openSignInLabel', { name })}>
            {t('secrets.openSignIn')}
          </Button>
        )
      ) : (
        <div className="flex gap-2">
          <Button size="small" aria-label={t('secrets.replaceLabel', { name })} onClick={onReplace}>
            {t('secrets.replace')}
          </Button>
          <Button size="small" aria-label={t('secrets.deleteLabel', { name })} onClick={onDelete}>
            {t('secrets.delete')}
          </Button>
        </div>
      )}
    </li>
  )
}

function DeleteSecret({ secret, onClose }: { secret: Secret | null; onClose: () => void }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const nameOf = useNameOf()
  const remove = useMutation(
    queries.secrets.delete.mutationOptions({
      onSuccess: () => {
        see({ type: 'secrets.changed' })
        say(t('secrets.deleted'))
        onClose()
      },
    }),
  )
  const users = secret?.usedBy ?? []
  return (
    <ConfirmDialog
      open={secret !== null}
      onOpenChange={(open) => {
        if (open) return
        remove.reset()
        onClose()
      }}
      title={t('secrets.deleteTitle', { name: secret ? nameOf(secret) : '' })}
      action={t('secrets.deleteAction')}
      // Whoever uses it was named above: that is what force stands for.
      onConfirm={() => secret && remove.mutate({ secret: secret.id, force: users.length > 0 })}
      busy={remove.isPending}
      error={remove.error}
    >
      {users.length === 0
        ? t('secrets.deleteText')
        : t('secrets.deleteUsed', { count: users.length, names: users.map((server) => server.name).join(', ') })}
    </ConfirmDialog>
  )
}
