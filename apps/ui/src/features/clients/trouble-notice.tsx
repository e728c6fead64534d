import { ERRORS, isErrorCode } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { Notice } from '../../components/notice.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useFoundClients, useServers } from '../../lib/use-nouns.ts'
import { NeedsYou } from '../overview/needs-you.tsx'
import type { ConnectedClient } from './connected-client.ts'
import type { Trouble } from './diagnose.ts'

interface Props {
  trouble: Trouble
  connected: ConnectedClient
  onAnother: () => void
}

/** What keeps a client from its first call, and the one thing to do about it. */
export function TroubleNotice({ trouble, connected: { client, profile }, onAnother }: Props) {
  const { t } = useTranslation()
  const found = useFoundClients()
  const servers = useServers().data?.filter(({ id }) => profile.serverIds.includes(id)) ?? []
  const name = t(`client.${client}`)
  const file = found.data?.find((one) => one.client === client)?.file ?? ''
  const { title, text } = useTexts(trouble, name, profile.name, file)

  const lookAgain = (
    <Button size="small" busy={found.isFetching} onClick={() => void found.refetch()}>
      {t('verify.again')}
    </Button>
  )
  const another = (
    <Button size="small" onClick={onAnother}>
      {t('verify.makeAnother')}
    </Button>
  )
  const waits = trouble.what === 'no_tools' && ['approval_required', 'auth_required', 'error'].includes(trouble.why)
  const actions = {
    refused: another,
    other_token: null,
    other_profile: null,
    no_tools:
      trouble.what === 'no_tools' && !waits ? (
        <Button size="small" href={trouble.why === 'none' ? '/servers/new' : `/profiles/${profile.slug}`}>
          {t(trouble.why === 'none' ? 'verify.addServer' : 'verify.openProfile')}
        </Button>
      ) : null,
    failed:
      trouble.what === 'failed' && trouble.call.serverId !== null ? (
        <Button size="small" href={`/servers/${trouble.call.serverId}`}>
          {t('verify.failed.server')}
        </Button>
      ) : null,
    file: lookAgain,
    entry: lookAgain,
  }[trouble.what]

  return (
    <>
      <Notice tone={trouble.what === 'entry' && trouble.why === 'missing' ? 'info' : 'warn'} title={title} actions={actions}>
        <p>{text}</p>
        {(trouble.what === 'entry' || trouble.what === 'file') && (
          <p className="mt-0.5 text-ink-3">
            {t('verify.looked')} <TimeAgo at={found.dataUpdatedAt} />
          </p>
        )}
      </Notice>
      {waits && <NeedsYou servers={servers} />}
    </>
  )
}

/** Cause and next step, in words. */
function useTexts(trouble: Trouble, client: string, profile: string, file: string): { title: string; text: string } {
  const { t } = useTranslation()
  switch (trouble.what) {
    case 'refused':
      return {
        title: t(`verify.refused.${trouble.reason}.title`),
        text: t(`verify.refused.${trouble.reason}.next`, { client, slug: trouble.slug ?? '' }),
      }
    case 'other_token':
      return {
        title: t('verify.otherToken.title'),
        text:
          trouble.name === null ? t('verify.otherToken.bridge', { client }) : t('verify.otherToken.text', { client, name: trouble.name }),
      }
    case 'other_profile':
      return { title: t('verify.otherProfile.title'), text: t('verify.otherProfile.text', { slug: trouble.slug, profile }) }
    case 'no_tools':
      return { title: t('verify.noTools.title'), text: t(`verify.noTools.${trouble.why}`, { profile }) }
    case 'failed': {
      const { tool, errorCode, status } = trouble.call
      const known = errorCode !== null && isErrorCode(errorCode) ? ERRORS[errorCode] : null
      return {
        title: t('verify.failed.title', { tool }),
        text:
          status === 'cancelled' ? t('verify.failed.cancelled') : known ? `${known.title}. ${known.next}` : t('verify.failed.TOOL_ERROR'),
      }
    }
    case 'file':
      return { title: t('verify.file.title'), text: t(`found.problem.${trouble.problem}`) }
    case 'entry':
      return { title: t(`verify.entry.${trouble.why}.title`, { file }), text: t(`verify.entry.${trouble.why}.next`, { client }) }
  }
}
