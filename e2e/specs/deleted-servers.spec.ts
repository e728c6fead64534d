import { realServer } from '@local-mcp/testing'
import { expect, test } from '../hosts/journey.ts'

interface Deleted {
  readonly name: string
}

test('a deleted server comes back: by the undo of the message, by the list, and not after it was purged', async ({ page, gateway }) => {
  await gateway.addServer('Everything', realServer.everything)
  const nav = page.getByRole('navigation')
  const remove = async () => {
    await nav.getByRole('link', { name: 'Servers' }).click()
    await page.getByRole('link', { name: /Everything/ }).click()
    await page.getByRole('tab', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Delete server' }).click()
    await expect(page.getByRole('heading', { name: 'Servers', level: 1 })).toBeVisible()
    await expect(page.getByRole('link', { name: /Everything/ })).toHaveCount(0)
    await expect(page.getByRole('heading', { name: 'Deleted servers' })).toBeVisible()
  }
  await remove()
  expect(await gateway.cli<Deleted[]>('server', 'ls', '--deleted')).toMatchObject([{ name: 'Everything' }])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByText('Everything is back')).toBeVisible()
  await expect(page.getByRole('link', { name: /Everything/ })).toContainText('Connected')
  await expect(page.getByRole('heading', { name: 'Deleted servers' })).toHaveCount(0)

  // Another server takes its name meanwhile.
  await remove()
  await gateway.cli('server', 'add', '--name', 'EVERYTHING', '--command', 'cat')
  await page.reload()
  await page.getByRole('button', { name: 'Restore Everything' }).click()
  const dialog = page.getByRole('dialog', { name: 'Restore Everything' })
  await dialog.getByRole('textbox', { name: 'New name' }).fill('everything')
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await expect(dialog.getByText('Taken')).toBeVisible()
  await dialog.getByRole('textbox', { name: 'New name' }).fill('Second life')
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await expect(page.getByRole('link', { name: /Second life/ })).toContainText('Connected')

  // Purged in two steps.
  await gateway.cli('server', 'rm', 'second life')
  await page.getByRole('button', { name: 'Purge Second life' }).click()
  const confirm = page.getByRole('alertdialog')
  await expect(confirm).toContainText('cannot be taken back')
  await confirm.getByRole('button', { name: 'Cancel' }).click()
  expect(await gateway.cli<Deleted[]>('server', 'ls', '--deleted')).toHaveLength(1)
  await page.getByRole('button', { name: 'Purge Second life' }).click()
  await confirm.getByRole('button', { name: 'Purge for good' }).click()
  await expect(page.getByRole('heading', { name: 'Deleted servers' })).toHaveCount(0)
  expect(await gateway.cli<Deleted[]>('server', 'ls', '--deleted')).toEqual([])
})

test('the addresses: who has which, and lists of one’s own', async ({ page, gateway }) => {
  await gateway.cli('server', 'add', '--name', 'Gone', '--command', 'cat')
  await gateway.cli('server', 'rm', 'gone')
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: 'Addresses' }).click()
  await expect(page.getByRole('heading', { name: 'Addresses of servers', level: 1 })).toBeVisible()
  await expect(page.getByText('254 free of 256')).toBeVisible()
  await expect(page.getByRole('listitem').filter({ hasText: '/s/2' })).toContainText('Deleted server')
  await page.getByRole('textbox', { name: 'Addresses' }).fill('https://one.example\nnonsense')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('One entry was skipped')).toBeVisible()
  await expect(page.getByRole('listitem').filter({ hasText: 'https://one.example' })).toContainText('route that name to this computer')
  await expect(page.getByRole('listitem').filter({ hasText: '/s/2' })).toContainText('Retired')
})
