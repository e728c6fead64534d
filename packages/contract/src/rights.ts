/** Rights that a token may be given. What is not among them is the owner's alone. */
export const RIGHTS = [
  'tools.read',
  'tools.execute',
  'profiles.create',
  'profiles.read',
  'profiles.update',
  'profiles.delete',
  'servers.create',
  'servers.read',
  'servers.update',
  'servers.delete',
  'sources.create',
  'sources.read',
  'sources.update',
  'sources.delete',
  'tokens.create',
  'tokens.read',
  'tokens.revoke',
  'logs.read',
  'admin.system_config',
] as const
export type Right = (typeof RIGHTS)[number]

/** What a client needs, and nothing of how it is made: to see what its endpoint offers, and to use it. */
export const CLIENT_RIGHTS: readonly Right[] = ['tools.read', 'tools.execute']
