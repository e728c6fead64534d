import type { AccountId, ServerId } from '@local-mcp/kernel'

/**
 * What one connection is for: a server, or a server as one of its accounts where a profile names another than the
 * default one. Within the gateway it stands wherever a server is meant, so that nothing of one account reaches another.
 */
export type UpstreamKey = ServerId

const ID_LENGTH = 36

/** @param account null: the default one */
export const upstreamKey = (server: ServerId, account: AccountId | null | undefined): UpstreamKey =>
  account ? (`${server}@${account}` as UpstreamKey) : server

export const serverOf = (key: UpstreamKey): ServerId => key.slice(0, ID_LENGTH) as ServerId

/** The account that is named; null: the default one. */
export const accountOf = (key: UpstreamKey): AccountId | null => (key.length > ID_LENGTH ? (key.slice(ID_LENGTH + 1) as AccountId) : null)
