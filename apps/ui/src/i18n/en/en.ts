import { activity } from './activity.ts'
import { backups } from './backups.ts'
import { clients } from './clients.ts'
import { common } from './common.ts'
import { health } from './health.ts'
import { overview } from './overview.ts'
import { palette } from './palette.ts'
import { pool } from './pool.ts'
import { profiles } from './profiles.ts'
import { recovery } from './recovery.ts'
import { secrets } from './secrets.ts'
import { servers } from './servers.ts'
import { settings } from './settings.ts'
import { signIns } from './sign-ins.ts'
import { sources } from './sources.ts'
import { tokens } from './tokens.ts'
import { tools } from './tools.ts'
import { welcome } from './welcome.ts'

/** English, the complete catalog, a file for each part of the window. Other languages have the same keys. */
export const en = {
  ...common,
  ...overview,
  ...activity,
  ...servers,
  ...pool,
  ...sources,
  ...tools,
  ...profiles,
  ...clients,
  ...tokens,
  ...secrets,
  ...signIns,
  ...backups,
  ...recovery,
  ...health,
  ...settings,
  ...palette,
  ...welcome,
}
