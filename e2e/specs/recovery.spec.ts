import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { startGateway } from '@local-mcp/testing'
import { test as base, expect } from '../hosts/journey.ts'

/** A folder that was used, with a backup in it, whose database was damaged since. */
const test = base.extend({
  dataDir: async ({ dataDir }, use) => {
    const databasePath = `${dataDir}/db.sqlite`
    const gateway = await startGateway({ databasePath })
    await gateway.cli('server', 'add', '--name', 'Precious', '--command', 'cat', '--approve')
    await gateway.cli('backup')
    await gateway.stop()
    await copyFile(databasePath, `${dataDir}/sound`)
    const bytes = await readFile(databasePath)
    await writeFile(databasePath, bytes.fill(0xff, 4096, 12_288))
    await use(dataDir)
  },
})

test('a damaged database: the page says why, a backup is looked at and restored, the window is back', async ({ page, dataDir }) => {
  await expect(page.getByRole('heading', { name: 'The database does not open', level: 1 })).toBeVisible()
  await expect(page.getByRole('alert')).toContainText('is damaged')
  await expect(page.getByRole('alert')).toContainText('restore a backup')
  await expect(page.getByText('DATABASE_CORRUPT')).toBeVisible()
  await expect(page.getByText(`${dataDir}/db.sqlite`, { exact: true }).first()).toBeVisible()
  await expect(page.getByRole('region', { name: 'Doctor' }).getByRole('listitem').first()).toContainText('Structure')
  // There is no way to anything else.
  await expect(page.getByRole('navigation')).toHaveCount(0)
  await page.goto(new URL('/servers', page.url()).href)
  await expect(page.getByRole('heading', { name: 'The database does not open', level: 1 })).toBeVisible()

  // Trying again helps nothing yet, and says so.
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('log')).toHaveText('The database still does not open')

  await page.getByRole('button', { name: /^Restore the backup/ }).click()
  const dialog = page.getByRole('alertdialog')
  await expect(dialog).toContainText('1 server')
  await expect(dialog).toContainText('will wait for your approval again')
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'Precious' })).toContainText('Needs approval', { timeout: 20_000 })
})

test('salvage: the rows that are whole come back, after a look at the report', async ({ page, dataDir }) => {
  await page.getByRole('button', { name: 'Copy the files' }).click()
  await expect(page.getByText(/files? (was|were) copied/)).toBeVisible()
  await expect(page.getByText(`${dataDir}/database-files-`)).toBeVisible()

  await page.getByRole('button', { name: 'Salvage into a new file' }).click()
  await expect(page.getByText(/rows were recovered/)).toBeVisible()
  await expect(page.getByRole('row', { name: 'mcp_servers 2 –', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Use the recovered file…' }).click()
  const dialog = page.getByRole('alertdialog')
  await expect(dialog).toContainText('1 server')
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click({ timeout: 20_000 })
  await expect(page.getByRole('listitem').filter({ hasText: 'Precious' })).toBeVisible()
})

test('try again, after the file was put right by hand', async ({ page, dataDir }) => {
  await copyFile(`${dataDir}/sound`, `${dataDir}/db.sqlite`)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible({ timeout: 20_000 })
})

test('quit ends the program', async ({ page, gateway }) => {
  await page.getByRole('button', { name: 'Quit' }).click()
  await expect(page.getByRole('heading', { name: 'The gateway has ended' })).toBeVisible()
  expect(await gateway.exited).toBe(0)
})

base.describe('a database in a folder that another program copies', () => {
  base.extend({ dataDir: async ({ dataDir }, use) => use(`${dataDir}/Dropbox/data`) })(
    'the overview says so, and how to move it',
    async ({ page, dataDir }) => {
      await expect(page.getByText('The database is on Dropbox, where it can be damaged')).toBeVisible()
      await expect(page.getByText(dataDir)).toBeVisible()
      await expect(page.getByText('local-mcp-gateway serve --database')).toBeVisible()
    },
  )
})
