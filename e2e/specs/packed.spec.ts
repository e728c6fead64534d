import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '../hosts/desktop-journey.ts'

test('the packed app serves its window and its gateway from what was packed', async ({ page, app, gateway }) => {
  expect(await app.electron.evaluate(({ app: electronApp }) => electronApp.isPackaged)).toBe(true)
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
  // The worker of the database and its native module, in a process of their own.
  const backup = await gateway.cli<{ path: string }>('backup')
  await page.getByRole('navigation').getByRole('link', { name: 'Backups' }).click()
  const row = page.getByRole('listitem').filter({ hasText: 'Made by you' })
  await row.getByRole('button', { name: /^Check/ }).click()
  await expect(page.getByText(/is whole/).first()).toBeVisible()
  expect(existsSync(backup.path)).toBe(true)
  expect(existsSync(join(dirname(process.env.LMG_PACKED ?? ''), 'resources', 'app.asar'))).toBe(true)
})
