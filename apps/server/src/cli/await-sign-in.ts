import type { Account } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import type { Operations } from './gateway-client.ts'

type Started = Awaited<ReturnType<Operations['oauth']['start']>>

/**
 * Begins a sign-in and waits until somebody ended it in a browser.
 *
 * @param onStarted told of the address to open
 * @throws AppError of whatever came back instead; INVALID_STATE after ten minutes
 */
export async function awaitSignIn(
  { events, oauth }: Operations,
  wish: Parameters<Operations['oauth']['start']>[0],
  onStarted: (started: Started) => Promise<void>,
): Promise<Account> {
  const stop = new AbortController()
  // Before the start, so that nothing is missed.
  const feed = await events.subscribe(undefined, { signal: stop.signal })
  let late = false
  let timer: NodeJS.Timeout | undefined
  try {
    const started = await oauth.start(wish)
    const { account, expiresAt } = started
    timer = setTimeout(() => {
      late = true
      stop.abort()
    }, expiresAt - Date.now())
    await onStarted(started)
    for await (const event of feed) {
      if (event.type === 'oauth.account.changed' && event.account.id === account.id) {
        // The start tells of the account too, as it was.
        if (event.account.state === 'signed_in' && event.account.signedInAt !== account.signedInAt) return event.account
      }
      if (event.type === 'oauth.account.deleted' && event.accountId === account.id)
        throw new AppError('ACCOUNT_NOT_FOUND', `The account "${account.name}" was deleted meanwhile`)
      if (event.type === 'oauth.sign-in.failed' && event.accountId === account.id) {
        const { code, message, next } = event.problem
        throw new AppError(code, message, { next })
      }
    }
    throw new AppError('NOT_READY', 'The gateway ended before the sign-in did')
  } catch (error) {
    throw late ? new AppError('INVALID_STATE', 'Nobody ended the sign-in within ten minutes') : error
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
}
