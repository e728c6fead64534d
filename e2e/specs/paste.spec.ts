import { realServer } from '@local-mcp/testing'
import { expect, test } from '../hosts/journey.ts'

const snippet = (servers: object) => JSON.stringify({ mcpServers: servers }, null, 2)
const everything = { command: process.execPath, args: [realServer.everything] }
const memory = {
  command: process.execPath,
  args: [realServer.memory],
  env: { MEMORY_FILE_PATH: '<FILE>', GITHUB_TOKEN: `ghp_${'a1B2'.repeat(9)}` },
}

test('a block of mcpServers is pasted, reviewed, approved, and runs', async ({ page, gateway, dataDir }) => {
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: 'Add server' }).first().click()
  await page.getByRole('textbox', { name: /^Paste a command/ }).fill(snippet({ everything, memory, odd: {} }))
  await page.getByRole('button', { name: 'Continue' }).click()

  // Each with the whole of its command; what was left out and what was a secret is said.
  await expect(page.getByText('One part was left out')).toBeVisible()
  await expect(page.getByText(realServer.everything, { exact: true })).toBeVisible()
  await expect(page.getByText('A secret was taken out')).toBeVisible()
  await page.getByRole('button', { name: 'Add 2 servers' }).click()
  await expect(page.getByText('This value is needed.')).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'FILE' })).toBeFocused()
  expect(await gateway.cli('server', 'ls')).toHaveLength(1)
  await page.getByRole('textbox', { name: 'FILE' }).fill(`${dataDir}/memory.jsonl`)
  await page.getByRole('button', { name: 'Add 2 servers' }).click()

  // Nothing runs before each was approved.
  const approve = page.getByRole('button', { name: 'Approve and start' })
  await expect(approve).toHaveCount(2)
  expect(await gateway.cli('server', 'status', 'everything')).toMatchObject({ state: 'approval_required' })
  await approve.first().click()
  await expect(approve).toHaveCount(1)
  await page.getByRole('button', { name: 'Decide later' }).click()
  const row = (name: string) => page.getByRole('listitem').filter({ hasText: name })
  await expect(row('everything').getByText('Connected')).toBeVisible()
  await expect(row('memory').getByText('Needs approval')).toBeVisible()
  expect(await gateway.cli('server', 'ls')).toContainEqual(
    expect.objectContaining({
      name: 'memory',
      config: expect.objectContaining({ env: { MEMORY_FILE_PATH: `${dataDir}/memory.jsonl`, GITHUB_TOKEN: '{{env:GITHUB_TOKEN}}' } }),
    }),
  )
})

test('with the keyboard alone: from the link to a server that runs', async ({ page }) => {
  await page.getByRole('link', { name: 'Add server' }).first().focus()
  await page.keyboard.press('Enter')
  // What was copied goes in at once, and goes on at once.
  await expect(page.getByRole('textbox', { name: /^Paste a command/ })).toBeFocused()
  await page.keyboard.insertText(`${JSON.stringify(process.execPath)} ${JSON.stringify(realServer.everything)}`)
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('textbox', { name: 'Command', exact: true })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Allow this program to run?' })).toBeVisible()
  const approve = page.getByRole('button', { name: 'Approve and start' })
  for (let presses = 0; presses < 5 && !(await approve.evaluate((button) => button === document.activeElement)); presses++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Connected').first()).toBeVisible()
})

test('what cannot be read is told at the field, with its place', async ({ page }) => {
  await page.getByRole('link', { name: 'Add server' }).first().click()
  const paste = page.getByRole('textbox', { name: /^Paste a command/ })
  await paste.fill('{\n  "x": {"command" "npx"}\n}')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText('Read as JSON: a colon was expected (line 2, column 19)')).toBeVisible()
  await expect(paste).toBeFocused()
  await expect(paste).toHaveValue(/"npx"/)
})

test('a preset is found, asks for what it needs, and fills the form', async ({ page, gateway }) => {
  await page.getByRole('link', { name: 'Add server' }).first().click()
  await page.getByRole('searchbox', { name: 'Search servers' }).fill('files folder')
  await expect(page.getByRole('button', { name: /^Add / })).toHaveCount(1)
  await page.getByRole('button', { name: 'Add Filesystem' }).click()
  await expect(page.getByText('It can change and overwrite everything in the folder.')).toBeVisible()
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText('This value is needed.')).toBeVisible()
  await page.getByRole('textbox', { name: 'Folder that it may use' }).fill('/srv/my files')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('textbox', { name: 'Command' })).toHaveValue(/^npx -y .*server-filesystem@\d+ '\/srv\/my files'$/)
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('button', { name: 'Approve and start' })).toBeVisible()
  expect(await gateway.cli('server', 'ls')).toContainEqual(
    expect.objectContaining({ name: 'Filesystem', presetId: 'filesystem', approved: false }),
  )
})
