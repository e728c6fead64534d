import { type LogSettings, logSettings } from '@local-mcp/contract'
import { LOG_SETTINGS } from '../settings.ts'
import type { StoreReader } from '../store.ports.ts'

export const LOG_DEFAULTS: LogSettings = { level: 'normal', keepDays: 7, keepRows: 50_000, keepMegabytes: 200 }

/** What was set, or the defaults; what is not valid (any more) counts as not set. */
export async function readLogSettings({ settings }: Pick<StoreReader, 'settings'>): Promise<LogSettings> {
  return logSettings.catch(LOG_DEFAULTS).parse({ ...LOG_DEFAULTS, ...((await settings.get(LOG_SETTINGS)) as object | undefined) })
}
