import { type Appearance, appearance } from '@local-mcp/contract'
import type { ServiceDependencies } from './dependencies.ts'
import { APPEARANCE_SETTING } from './settings.ts'
import type { StoreReader } from './store.ports.ts'

const DEFAULTS: Appearance = { theme: 'system', contrast: 'system', motion: 'system', textSize: 'normal', singleKeys: true }

/** What was set, each part that is not valid (any more) as if it were not. */
async function readAppearance({ settings }: Pick<StoreReader, 'settings'>): Promise<Appearance> {
  const stored = await settings.get(APPEARANCE_SETTING)
  const parts = Object.entries(typeof stored === 'object' && stored !== null ? stored : {})
  const valid = parts.filter(([key, value]) => key in DEFAULTS && appearance.shape[key as keyof Appearance].safeParse(value).success)
  return { ...DEFAULTS, ...Object.fromEntries(valid) }
}

/** How the window looks, for all windows of this gateway: the desktop app's and those in browsers. */
export function createAppearanceService({ store, events, clock }: Pick<ServiceDependencies, 'store' | 'events' | 'clock'>) {
  return {
    get: (): Promise<Appearance> => readAppearance(store.read),

    async update(changes: { readonly [Key in keyof Appearance]?: Appearance[Key] | undefined }): Promise<Appearance> {
      const changed = await store.transaction(async (tx) => {
        const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
        const next: Appearance = { ...(await readAppearance(tx)), ...given }
        await tx.settings.set(APPEARANCE_SETTING, next, clock.now())
        return next
      })
      events.emit({ type: 'settings.appearance.updated', appearance: changed })
      return changed
    },
  }
}

export type AppearanceService = ReturnType<typeof createAppearanceService>
