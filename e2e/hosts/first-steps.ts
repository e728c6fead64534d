import { expect, type Page } from '@playwright/test'

/** Leaves the first steps wherever the window begins with them, as it does on an empty installation. */
export async function leaveFirstSteps(page: Page): Promise<void> {
  await page.addLocatorHandler(page.getByRole('button', { name: 'Skip', exact: true }), (skip) => skip.click())
}

/** Leaves them now, if they are there. */
export async function skipFirstSteps(page: Page): Promise<void> {
  if (new URL(page.url()).pathname === '/welcome') await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
}
