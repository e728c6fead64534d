import { type GatewayProcess, tempDir } from '@local-mcp/testing'
import { test as base, type Page } from '@playwright/test'
import { complaintsOf } from './complaints.ts'
import { type DesktopApp, type DesktopHost, type DesktopOptions, startDesktop } from './desktop.ts'
import { skipFirstSteps } from './first-steps.ts'

/** The stand-in, unless the real runtime was asked for. */
export const desktopHost: DesktopHost = process.env.LMG_HOST === 'electron' ? 'electron' : 'stand-in'

/** A journey in the desktop app: on an empty folder, with its window open. */
export const test = base.extend<{
  env: Readonly<Record<string, string>>
  dataDir: string
  launch: Omit<DesktopOptions, 'host' | 'dataDir'>
  /** Whether the first steps are the journey itself. */
  firstSteps: boolean
  /** The page does what it must not, and the browser says so. */
  isHostile: boolean
  app: DesktopApp
  gateway: GatewayProcess
  page: Page
}>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern
  dataDir: async ({}, use) => {
    const dir = await tempDir()
    await use(dir.path)
    await dir[Symbol.asyncDispose]()
  },
  env: [{}, { option: true }],
  launch: [{}, { option: true }],
  firstSteps: [false, { option: true }],
  isHostile: [false, { option: true }],
  app: async ({ dataDir, env, launch }, use) => {
    const app = await startDesktop({ ...launch, env: { ...env, ...launch.env }, host: desktopHost, dataDir })
    await use(app)
    await app.close()
  },
  gateway: async ({ app }, use) => use(await app.gateway()),
  page: async ({ app, firstSteps, isHostile }, use) => {
    const page = await app.window(firstSteps)
    const complaints = complaintsOf(page)
    await base.expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    if (!firstSteps) await skipFirstSteps(page)
    await use(page)
    if (!isHostile) base.expect(complaints).toEqual([])
  },
})

export { expect } from '@playwright/test'
