import { type GatewayProcess, startGateway, tempDir } from '@local-mcp/testing'
import { test as base } from '@playwright/test'
import { complaintsOf } from './complaints.ts'
import { leaveFirstSteps, skipFirstSteps } from './first-steps.ts'

/** A journey on the headless host: a gateway of its own on an empty folder, with its window open. */
export const test = base.extend<{ env: Readonly<Record<string, string>>; firstSteps: boolean; dataDir: string; gateway: GatewayProcess }>({
  /** Variables of the gateway. */
  env: [{}, { option: true }],
  /** Whether the first steps, with which an empty installation begins, are the journey itself. They are skipped otherwise. */
  firstSteps: [false, { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern
  dataDir: async ({}, use) => {
    const dir = await tempDir()
    await use(dir.path)
    await dir[Symbol.asyncDispose]()
  },
  gateway: async ({ dataDir, env }, use) => {
    const gateway = await startGateway({ databasePath: `${dataDir}/db.sqlite`, env })
    await use(gateway)
    await gateway.stop()
  },
  page: async ({ page, gateway, firstSteps }, use) => {
    const complaints = complaintsOf(page)
    if (!firstSteps) await leaveFirstSteps(page)
    await page.goto(gateway.uiUrl)
    // Leaving while the code is exchanged would burn the link.
    await base.expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    if (!firstSteps) await skipFirstSteps(page)
    await use(page)
    base.expect(complaints).toEqual([])
  },
})

export { expect } from '@playwright/test'
