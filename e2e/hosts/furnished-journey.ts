import { type BrowserContextOptions, test as base, expect, type Page } from '@playwright/test'
import { type Carrier, carry } from './carrier.ts'
import { complaintsOf } from './complaints.ts'
import { type Furnished, furnish, NOW } from './furnished.ts'
import { steadyAnswers } from './steady.ts'

/** A window on the furnished gateway in which everything is dated, numbered and called the same in every run. */
export interface SteadyWindow {
  readonly page: Page
  readonly carrier: Carrier
}

export const test = base.extend<object, { furnished: Furnished; steadyWindow: (options?: BrowserContextOptions) => Promise<SteadyWindow> }>(
  {
    furnished: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern
      async ({}, use) => {
        const furnished = await furnish()
        await use(furnished)
        await furnished[Symbol.asyncDispose]()
      },
      { scope: 'worker', timeout: 60_000 },
    ],
    steadyWindow: [
      async ({ browser, furnished }, use) => {
        const opened: { page: Page; complaints: readonly string[] }[] = []
        await use(async (options = {}) => {
          const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce', ...options })
          const page = await context.newPage()
          opened.push({ page, complaints: complaintsOf(page) })
          await page.clock.setFixedTime(NOW + 5 * 60_000)
          const carrier = await carry(page, steadyAnswers(furnished.volatile))
          const { url } = await furnished.gateway.cli<{ url: string }>('open')
          await page.goto(url)
          await page.getByRole('heading', { level: 1 }).waitFor()
          return { page, carrier }
        })
        for (const { page, complaints } of opened) {
          await page.context().close()
          expect(complaints).toEqual([])
        }
      },
      { scope: 'worker' },
    ],
  },
)

export { expect } from '@playwright/test'
