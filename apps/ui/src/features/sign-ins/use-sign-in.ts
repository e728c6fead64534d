import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { readError } from '../../connect.ts'
import { useSee } from '../../lib/use-action.ts'
import { setPending } from './pending-sign-ins.ts'

export interface SignInWish {
  /** Name of the account; absent: the default one. */
  readonly account?: string
  /** Of several authorization servers. */
  readonly issuer?: string
}

/** Begins a sign-in at a server in a tab of its own. To be called by a click, in the same task. */
export function useSignIn(serverId: string): (wish?: SignInWish) => void {
  const { connection } = useApi()
  const { t } = useTranslation()
  const see = useSee()
  return (wish = {}) => {
    // Later than in the task of the click, browsers take it for a pop-up that nobody asked for.
    const tab = window.open('', '_blank')
    if (tab) {
      // Whoever is shown there must not reach this window.
      tab.opener = null
      tab.document.title = t('signIn.openingTitle')
      tab.document.body.textContent = t('signIn.opening')
    }
    setPending(serverId, { phase: 'starting' })
    connection.api.oauth.start({ server: serverId, ...wish }).then(
      ({ authorizationUrl: url, account, expiresAt }) => {
        const isWeb = /^https?:/.test(url)
        const opened = isWeb && tab !== null && !tab.closed
        if (opened) tab.location.replace(url)
        // Where windows are not opened blank, as in a desktop app. Whether it was opened is not said.
        else if (isWeb && tab === null) window.open(url, '_blank', 'noopener')
        setPending(serverId, { phase: 'waiting', accountId: account.id, signedInAt: account.signedInAt, url, opened, expiresAt })
        see({ type: 'oauth.account.changed', account })
      },
      (error: unknown) => {
        tab?.close()
        setPending(serverId, { phase: 'failed', problem: readError(error) })
      },
    )
  }
}
