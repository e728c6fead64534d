import type { Account, OAuthSettings } from '@local-mcp/contract'
import { type AccountId, AppError, type ServerId } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { findServer } from '../find.ts'
import type { ServerRecord } from '../records.ts'
import { isApproved } from '../servers/consent.ts'
import type { AccessKeeper } from './access-keeper.ts'
import { toAccount } from './account-state.ts'
import type { AuthorizationClient, SignInTarget } from './oauth.ports.ts'
import type { AccountRecord } from './oauth.records.ts'
import { readOAuthSettings } from './oauth-settings.ts'

export interface OAuthDependencies extends Pick<ServiceDependencies, 'store' | 'vault' | 'events' | 'clock' | 'upstreams' | 'routing'> {
  readonly client: AuthorizationClient
  readonly keeper: AccessKeeper
  /** Where authorization servers send the browser back to, at `host`. @throws AppError where it cannot be listened there */
  readonly redirectUri: (host: OAuthSettings['redirectHost']) => string
  /** A sign-in was begun, so somebody will come back there. */
  readonly expectCallback: (forMs: number) => Promise<void>
}

/** How long a person has for a sign-in, in milliseconds. */
export const TIME_FOR_SIGN_IN = 10 * 60_000

/** What every operation on sign-ins begins and ends with. */
export function createOAuthDesk({ store, events, clock, upstreams, routing, keeper, redirectUri }: OAuthDependencies) {
  async function remote(context: Context, ref: string): Promise<{ server: ServerRecord; target: SignInTarget }> {
    const server = await findServer(store.read, context, ref)
    if (!('url' in server.config)) {
      throw new AppError('VALIDATION_ERROR', `"${server.name}" is a command: there is nothing to sign in to`, {
        next: 'Give it its key as a variable.',
      })
    }
    // Nothing is asked of an address that nobody agreed to contact.
    if (!isApproved(server)) throw new AppError('APPROVAL_REQUIRED', `Nobody has agreed to contact "${server.name}" yet`)
    return { server, target: await targetOf(server, null) }
  }

  async function targetOf({ id, config }: ServerRecord, account: AccountId | null): Promise<SignInTarget> {
    const { url, allowPrivateNetwork } = config as { url: string; allowPrivateNetwork: boolean }
    return { url, allowPrivateNetwork, config: await store.read.oauth.config(id), challenge: keeper.challengeOf(id, account) }
  }

  const redirect = async () => redirectUri((await readOAuthSettings(store.read)).redirectHost)

  async function show(records: readonly AccountRecord[]): Promise<Account[]> {
    const [grants, links] = await Promise.all([store.read.oauth.grants(), store.read.links.listAll()])
    return Promise.all(
      records.map(async (record) => {
        // A row that is damaged is left out of the list, and found to be so when it is asked for.
        const grant = grants.find(({ id }) => id === record.id) ?? (await store.read.oauth.grant(record.id).catch(() => undefined))
        const profiles = links.filter(({ accountId }) => accountId === record.id).map(({ profileId }) => profileId)
        const config = routing.current().servers.get(record.serverId)?.config
        const moved = record.terms !== null && config && 'url' in config && new URL(config.url).origin !== record.terms.origin
        return toAccount(record, moved && grant ? { ...grant, lastError: 'moved' } : grant, profiles, clock.now())
      }),
    )
  }

  async function showOne(id: AccountId): Promise<Account | null> {
    const record = await store.read.oauth.account(id).catch(() => null)
    return record ? ((await show([record]))[0] ?? null) : null
  }

  /** Tells of an account that is not what it was. */
  async function announce(id: AccountId): Promise<void> {
    const account = await showOne(id)
    if (account) events.emit({ type: 'oauth.account.changed', account })
    events.emit({ type: 'secrets.changed' })
  }

  /** What is connected as that account connects anew; nobody waits for it. */
  async function reconnect(server: ServerId): Promise<void> {
    await keeper.reload()
    await routing.refresh()
    void upstreams.restart(server).catch(() => {})
  }

  return { remote, targetOf, redirect, show, showOne, announce, reconnect }
}

export type OAuthDesk = ReturnType<typeof createOAuthDesk>
