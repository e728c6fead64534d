import { type ComponentType, lazy } from 'react'
import { matchPath, type PathParams } from './match-path.ts'

interface Page {
  readonly pattern: string
  /** The page itself once its file is here: what is lazy shows its placeholder for a third of a second at least. */
  readonly Component: ComponentType<PathParams>
  readonly load: () => Promise<ComponentType<PathParams>>
}

function page(pattern: string, read: () => Promise<ComponentType<PathParams>>): Page {
  let loaded: ComponentType<PathParams> | undefined
  const load = async () => {
    loaded ??= await read()
    return loaded
  }
  const Lazy = lazy(async () => ({ default: await load() }))
  return {
    pattern,
    get Component() {
      return loaded ?? Lazy
    },
    load,
  }
}

/** Every page, each in a file of its own that is loaded when it is opened. The first that fits wins. */
const PAGES: readonly Page[] = [
  page('/', async () => (await import('../features/overview/overview-page.tsx')).OverviewPage),
  page('/activity', async () => (await import('../features/activity/activity-page.tsx')).ActivityPage),
  page('/activity/:call', async () => (await import('../features/activity/call-page.tsx')).CallPage),
  page('/welcome', async () => (await import('../features/welcome/welcome-page.tsx')).WelcomePage),
  page('/servers', async () => (await import('../features/servers/servers-page.tsx')).ServersPage),
  page('/servers/new', async () => (await import('../features/servers/add-server-page.tsx')).AddServerPage),
  page('/servers/endpoints', async () => (await import('../features/pool/pool-page.tsx')).PoolPage),
  page('/servers/:server', async () => (await import('../features/servers/server-page.tsx')).ServerPage),
  page('/servers/:server/edit', async () => (await import('../features/servers/edit-server-page.tsx')).EditServerPage),
  page('/profiles', async () => (await import('../features/profiles/profiles-page.tsx')).ProfilesPage),
  page('/profiles/:profile', async () => (await import('../features/profiles/profile-page.tsx')).ProfilePage),
  page('/profiles/:profile/servers/:server', async () => (await import('../features/profiles/link-tools-page.tsx')).LinkToolsPage),
  page('/sources', async () => (await import('../features/sources/sources-page.tsx')).SourcesPage),
  page('/clients', async () => (await import('../features/clients/clients-page.tsx')).ClientsPage),
  page('/clients/connect', async () => (await import('../features/clients/connect-client-page.tsx')).ConnectClientPage),
  page('/clients/tokens/:token', async () => (await import('../features/clients/token-page.tsx')).TokenPage),
  page('/sign-ins', async () => (await import('../features/sign-ins/sign-ins-page.tsx')).SignInsPage),
  page('/secrets', async () => (await import('../features/secrets/secrets-page.tsx')).SecretsPage),
  page('/backups', async () => (await import('../features/backups/backups-page.tsx')).BackupsPage),
  page('/settings', async () => (await import('../features/settings/settings-page.tsx')).SettingsPage),
  page('/health', async () => (await import('../features/health/health-page.tsx')).HealthPage),
]

export function findPage(path: string): { Component: ComponentType<PathParams>; params: PathParams } | null {
  const found = match(path)
  return found && { Component: found.page.Component, params: found.params }
}

/** Fetches the file of a page, and, when nothing else is to be done, those of the others. @returns when the first is here */
export async function fetchPages(path: string): Promise<void> {
  requestIdleCallback(async () => {
    for (const page of PAGES) await page.load().catch(() => {})
  })
  await match(path)
    ?.page.load()
    .catch(() => {})
}

function match(path: string): { page: Page; params: PathParams } | null {
  for (const page of PAGES) {
    const params = matchPath(page.pattern, path)
    if (params) return { page, params }
  }
  return null
}
