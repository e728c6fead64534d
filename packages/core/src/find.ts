import { AppError, isId } from '@local-mcp/kernel'
import type { Context } from './context.ts'
import type { AccountRecord } from './oauth/oauth.records.ts'
import type { LinkRecord, ProfileRecord, ServerRecord } from './records.ts'
import type { StoreReader } from './store.ports.ts'

/** @throws AppError PROFILE_NOT_FOUND */
export async function findProfile(reader: Pick<StoreReader, 'profiles'>, context: Context, ref: string): Promise<ProfileRecord> {
  const record = await reader.profiles.get(context.principal, ref)
  if (!record) throw new AppError('PROFILE_NOT_FOUND', `There is no profile "${ref}"`)
  return record
}

/** @throws AppError SERVER_NOT_FOUND */
export async function findServer(reader: Pick<StoreReader, 'servers'>, context: Context, ref: string): Promise<ServerRecord> {
  const record = await reader.servers.get(context.principal, ref)
  if (!record) throw new AppError('SERVER_NOT_FOUND', `There is no server "${ref}"`)
  return record
}

/** @throws AppError SERVER_NOT_IN_PROFILE */
export async function findLink(reader: Pick<StoreReader, 'links'>, profile: ProfileRecord, server: ServerRecord): Promise<LinkRecord> {
  const links = await reader.links.listByProfile(profile.id)
  const link = links.find(({ serverId }) => serverId === server.id)
  if (!link) throw new AppError('SERVER_NOT_IN_PROFILE', `"${server.name}" is not in "${profile.name}"`)
  return link
}

/** @param ref id or name, without regard to case @throws AppError ACCOUNT_NOT_FOUND */
export async function findAccount(reader: Pick<StoreReader, 'oauth'>, server: ServerRecord, ref: string): Promise<AccountRecord> {
  const all = await reader.oauth.accounts(server.id)
  const found = all.find(({ id, name }) => (isId(ref) ? id === ref : name.toLowerCase() === ref.toLowerCase()))
  if (!found) throw new AppError('ACCOUNT_NOT_FOUND', `"${server.name}" has no account "${ref}"`)
  return found
}
