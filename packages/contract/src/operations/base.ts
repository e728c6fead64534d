import { oc } from '@orpc/contract'

/**
 * The right that an operation needs. `open` needs no token; `owner` is for the window
 * and the command line of the owner only and has no REST address, because it lets a program be started.
 */
export type Permission =
  | 'open'
  | 'owner'
  | 'profiles.create'
  | 'profiles.read'
  | 'profiles.update'
  | 'profiles.delete'
  | 'servers.create'
  | 'servers.read'
  | 'servers.update'
  | 'servers.delete'
  | 'tokens.create'
  | 'tokens.read'
  | 'tokens.revoke'
  | 'tools.read'
  | 'tools.execute'
  | 'logs.read'
  | 'admin.system_config'

export interface OperationMeta {
  readonly permission: Permission
}

const base = oc.$meta<OperationMeta>({ permission: 'owner' })

/** Starts the description of an operation that needs the given right. */
export const operation = (permission: Permission) => base.meta({ permission })
