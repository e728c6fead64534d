import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '../hosts/journey.ts'

test('a pasted key is stored sealed, used, and found in the ledger; without a keychain a person chooses where the key is', async ({
  page,
  gateway,
}) => {
  const nav = page.getByRole('navigation')
  await nav.getByRole('link', { name: 'Secrets' }).click()
  await expect(page.getByText('This computer offers no keychain to keep the key in')).toBeVisible()
  await page.getByRole('button', { name: 'Choose where the key is kept' }).click()
  await page.getByLabel('Passphrase', { exact: true }).fill('correct horse')
  await page.getByLabel('The same again').fill('another horse')
  await page.getByRole('button', { name: 'Keep it there' }).click()
  await expect(page.getByText('The two are not the same.')).toBeVisible()
  await page.getByLabel('The same again').fill('correct horse')
  await page.getByRole('button', { name: 'Keep it there' }).click()
  await expect(page.getByText('The key is made from your passphrase')).toBeVisible()

  // A key that is pasted where it would be readable is stored on the spot.
  await nav.getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: 'Add server' }).first().click()
  await page.getByRole('button', { name: 'Fill in by hand' }).click()
  await page.getByRole('textbox', { name: 'Command' }).fill('cat')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Keyed')
  await page.getByRole('button', { name: 'Add variable' }).click()
  await page.getByRole('textbox', { name: 'Variable 1 name' }).fill('GITHUB_TOKEN')
  await page.getByRole('textbox', { name: 'Variable 1 value' }).fill('not-a-known-form-4711')
  await page.getByRole('button', { name: 'Store it as a secret' }).click()
  await expect(page.getByRole('textbox', { name: 'Variable 1 value' })).toHaveValue('{{secret:GITHUB_TOKEN}}')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('button', { name: 'Approve and start' })).toBeVisible()

  // The key of a URL is asked for in its form, and never comes back.
  const seen: (string | undefined)[] = []
  const remote = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(500).end()
  }).listen(0, '127.0.0.1')
  await nav.getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: 'Add server' }).first().click()
  await page.getByRole('button', { name: 'Fill in by hand' }).click()
  await page.getByRole('radio', { name: 'URL' }).click()
  await page.getByRole('textbox', { name: 'URL' }).fill(`http://127.0.0.1:${(remote.address() as AddressInfo).port}/mcp`)
  await page.getByRole('checkbox', { name: /Allow a target on this computer/ }).click()
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Remote')
  await page.getByLabel('API key').fill('key-of-the-remote-0815')
  await page.getByRole('button', { name: 'Add server' }).click()
  await expect(page.getByRole('heading', { name: 'Remote', level: 1 })).toBeVisible()
  await expect.poll(() => seen).toContain('Bearer key-of-the-remote-0815')
  await page.getByRole('tab', { name: 'Settings' }).click()
  await expect(page.getByText('Authorization: Bearer ••••0815')).toBeVisible()
  remote.closeAllConnections()
  remote.close()

  await nav.getByRole('link', { name: 'Secrets' }).click()
  const named = page.getByRole('listitem').filter({ hasText: 'GITHUB_TOKEN' })
  await expect(named).toContainText('••••4711')
  await expect(named.getByRole('link', { name: 'Keyed' })).toBeVisible()
  await expect(page.getByRole('listitem').filter({ hasText: 'Key of Remote' })).toContainText('••••0815')
  await expect(page.getByText('2 values are sealed, and can be used')).toBeVisible()
  expect(await page.content()).not.toMatch(/not-a-known-form|key-of-the-remote/)

  // Deleting names who loses it.
  await named.getByRole('button', { name: 'Delete GITHUB_TOKEN' }).click()
  await expect(page.getByText('Keyed uses it and stops working until it is stored again.')).toBeVisible()
  await page.getByRole('button', { name: 'Delete secret' }).click()
  await expect(named).toHaveCount(0)

  // What a command stores is in the window at once.
  await gateway.cli('server', 'rm', 'remote')
  await expect(page.getByText('Remote (deleted)')).toBeVisible()
})

test('a locked vault says so and opens with the passphrase', async ({ page, gateway, dataDir }) => {
  const { runCli, startGateway } = await import('@local-mcp/testing')
  const options = { databasePath: `${dataDir}/db.sqlite` }
  expect((await runCli({ ...options, input: 'correct horse' }, 'secret', 'keep', 'passphrase')).code).toBe(0)
  expect((await runCli({ ...options, input: 'a value' }, 'secret', 'set', 'one')).code).toBe(0)
  await gateway.stop()
  await using again = await startGateway(options)
  await page.goto(again.uiUrl)
  await page.getByRole('navigation').getByRole('link', { name: 'Secrets' }).click()
  await expect(page.getByText('The key waits for your passphrase')).toBeVisible()
  await page.getByLabel('Passphrase', { exact: true }).fill('wrong horse!!')
  await page.getByRole('button', { name: 'Unlock' }).click()
  await expect(page.getByText('That is not the passphrase').first()).toBeVisible()
  await page.getByLabel('Passphrase', { exact: true }).fill('correct horse')
  await page.getByRole('button', { name: 'Unlock' }).click()
  await expect(page.getByText('One value is sealed, and can be used')).toBeVisible()
})
