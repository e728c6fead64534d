import { backups, data } from './operations/backups.ts'
import { clients } from './operations/clients.ts'
import { logs } from './operations/logs.ts'
import { oauth } from './operations/oauth.ts'
import { pool } from './operations/pool.ts'
import { profiles } from './operations/profiles.ts'
import { recovery } from './operations/recovery.ts'
import { secrets } from './operations/secrets.ts'
import { presets, servers } from './operations/servers.ts'
import { sources } from './operations/sources.ts'
import { activity, discovery, events, health, settings, system } from './operations/system.ts'
import { tokens } from './operations/tokens.ts'

/**
 * Every operation of the product. One that has a `path` is also served over REST below /api; the others are for
 * the window and the command line only.
 */
export const contract = {
  profiles,
  servers,
  secrets,
  oauth,
  sources,
  pool,
  presets,
  tokens,
  clients,
  settings,
  discovery,
  activity,
  logs,
  health,
  events,
  system,
  backups,
  data,
  recovery,
}
export type Contract = typeof contract
