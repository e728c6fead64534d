import { readFileSync } from 'node:fs'
import { realServer } from '@local-mcp/testing'
import { expect, test } from '../hosts/journey.ts'

test('add a source, use it in a server, and delete it by force', async ({ page, gateway }) => {
  const nav = page.getByRole('navigation')
  await nav.getByRole('link', { name: 'Sources' }).click()
  await expect(page.getByText('No sources yet')).toBeVisible()
  await page.getByRole('button', { name: 'Add source' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add source' })
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Office')
  await dialog.getByRole('textbox', { name: 'Value 1 name' }).fill('not a name')
  await dialog.getByRole('textbox', { name: 'Value 1', exact: true }).fill('eu-central')
  await dialog.getByRole('button', { name: 'Add source' }).click()
  await expect(dialog.getByText('Use letters, digits and underscores, not starting with a digit')).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Value 1 name' }).fill('region')
  await dialog.getByRole('button', { name: 'Add source' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'Office' })).toContainText('region: eu-central')

  // A server that refers to it.
  await nav.getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: 'Add server' }).first().click()
  await page.getByRole('button', { name: 'Fill in by hand' }).click()
  await page.getByRole('textbox', { name: 'Command' }).fill(`"${process.execPath}" "${realServer.everything}"`)
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Everything')
  await page.getByRole('button', { name: 'Add variable' }).click()
  await page.getByRole('textbox', { name: 'Variable 1 name' }).fill('REGION')
  await page.getByRole('textbox', { name: 'Variable 1 value' }).fill('{{source:Office.region}}')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText('The server does not have the source "Office": add it')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Office' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText('REGION = {{source:Office.region}}')).toBeVisible()
  await page.getByRole('button', { name: 'Approve and start' }).click()
  await expect(page.getByText('Connected').first()).toBeVisible()
  const env = await gateway.cli<{ pid: number }>('server', 'status', 'everything')
  if (process.platform === 'linux') expect(readFileSync(`/proc/${env.pid}/environ`, 'utf8')).toContain('REGION=eu-central')

  // Deleting it names who loses it.
  await nav.getByRole('link', { name: 'Sources' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'Office' })).toContainText('One server uses it')
  await page.getByRole('button', { name: 'Delete Office' }).click()
  await expect(page.getByRole('alertdialog')).toContainText('Everything')
  await page.getByRole('button', { name: 'Delete it all the same' }).click()
  await expect(page.getByText('No sources yet')).toBeVisible()
  await nav.getByRole('link', { name: 'Servers' }).click()
  await expect(page.getByRole('link', { name: /Everything/ })).toContainText('Missing source')
})
