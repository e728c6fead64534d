import { expect, test } from '../hosts/headless.ts'

test('a token with limits: made in a dialog, its page says what it may do and what was done, and revoking it shuts it out', async ({
  page,
  gateway,
}) => {
  await page.getByRole('navigation').getByRole('link', { name: 'Clients' }).click()
  await page.getByRole('button', { name: 'Create token' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Night shift')
  await dialog.getByRole('textbox', { name: 'What it is for' }).fill('Only looks')
  await dialog.getByRole('combobox', { name: 'Rights' }).click()
  await page.getByRole('option', { name: 'Chosen rights' }).click()
  await expect(dialog.getByRole('checkbox', { name: 'tools.read' })).toBeChecked()
  await dialog.getByText('Limits', { exact: true }).click()
  await dialog.getByRole('textbox', { name: 'Addresses that it may come from' }).fill('127.0.0.0/8, 10.0.0.0/99')
  await dialog.getByRole('textbox', { name: 'Per minute' }).fill('2')
  await dialog.getByRole('button', { name: 'Create token' }).click()
  // What is refused is said at its field, and nothing that was typed is gone.
  await expect(dialog.getByText('"10.0.0.0/99" is neither an address nor a network')).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Addresses that it may come from' }).fill('127.0.0.0/8')
  await dialog.getByRole('button', { name: 'Create token' }).click()
  const token = await dialog.getByText(/^lmg_/).textContent()
  await dialog.getByRole('button', { name: 'I have copied it' }).click()

  const use = async (path = '/mcp/default/info') =>
    (await fetch(`${gateway.origin}${path}`, { headers: { authorization: `Bearer ${token}` } })).status
  expect([await use(), await use('/api/profiles'), await use()]).toEqual([200, 403, 429])

  await page.getByRole('link', { name: 'Night shift' }).click()
  await expect(page.getByRole('heading', { name: 'Night shift', level: 1 })).toBeVisible()
  await expect(page.getByText('Only looks')).toBeVisible()
  await expect(page.getByText('127.0.0.0/8')).toBeVisible()
  await expect(page.getByText('2 requests a minute')).toBeVisible()
  const rows = page.getByRole('table', { name: 'Requests' }).getByRole('row')
  await expect(rows).toHaveCount(4)
  await expect(rows.nth(1)).toContainText('429')
  await expect(rows.nth(1)).toContainText('more requests than it is good for')
  await expect(rows.nth(2)).toContainText('GET /api/profiles')
  await expect(rows.nth(2)).toContainText('a right that it lacks')
  await expect(rows.nth(3)).toContainText('200')

  await page.getByRole('button', { name: 'Revoke Night shift' }).click()
  await page.getByRole('button', { name: 'Revoke token' }).click()
  await expect(page.getByRole('button', { name: 'Revoke Night shift' })).toHaveCount(0)
  expect(await use()).toBe(401)
  await page.getByRole('button', { name: 'Read again' }).click()
  await expect(rows).toHaveCount(5)
  await expect(rows.nth(1)).toContainText('was revoked')
})

test('the brake on every token is set on the clients page', async ({ page, gateway }) => {
  await fetch(gateway.mcpUrl, { headers: { authorization: 'Bearer lmg_nobody' } })
  await page.getByRole('navigation').getByRole('link', { name: 'Clients' }).click()
  await expect(page.getByText('One request with a token that nobody knows')).toBeVisible()
  await page.getByRole('textbox', { name: 'To endpoints of MCP' }).fill('300')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('Saved').first()).toBeVisible()
  expect(await gateway.cli('token', 'limits')).toEqual({ mcpPerMinute: 300, apiPerMinute: 0 })
})
