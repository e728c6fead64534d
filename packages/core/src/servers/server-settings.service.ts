import { type ServerSettings, serverSettings } from '@local-mcp/contract'
import type { ServiceDependencies } from '../dependencies.ts'
import { SERVER_SETTINGS } from '../settings.ts'
import type { StoreReader } from '../store.ports.ts'

/** Long enough for a pause in somebody's work, short enough that a day's servers do not all stay. */
const DEFAULTS: ServerSettings = { idleMinutes: 30 }

/** What was set, or the defaults; what is not valid (any more) counts as not set. */
export async function readServerSettings({ settings }: Pick<StoreReader, 'settings'>): Promise<ServerSettings> {
  return serverSettings.catch(DEFAULTS).parse(await settings.get(SERVER_SETTINGS))
}

/** What holds for all servers. */
export function createServerSettingsService({ store, events, clock, upstreams }: ServiceDependencies) {
  return {
    get: (): Promise<ServerSettings> => readServerSettings(store.read),

    async update(changes: { readonly [Key in keyof ServerSettings]?: number | undefined }): Promise<ServerSettings> {
      const settings = await store.transaction(async (tx) => {
        const { idleMinutes } = await readServerSettings(tx)
        const changed = { idleMinutes: changes.idleMinutes ?? idleMinutes }
        await tx.settings.set(SERVER_SETTINGS, changed, clock.now())
        return changed
      })
      upstreams.configure(settings)
      events.emit({ type: 'server.settings.updated', settings })
      return settings
    },
  }
}

export type ServerSettingsService = ReturnType<typeof createServerSettingsService>
