import { startReferenceServer } from '@local-mcp/testing'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { expect, test } from '../hosts/headless.ts'

test('a server of the old kind is added by its address alone, and Claude Desktop uses it with the snippet as it is', async ({ page }) => {
  await using reference = await startReferenceServer()
  await page.getByRole('link', { name: 'Add server' }).first().click()
  await page.getByRole('button', { name: 'Fill in by hand' }).click()
  await page.getByRole('radio', { name: 'URL' }).click()
  await page.getByRole('textbox', { name: 'URL' }).fill(`${reference.origin}/sse`)
  await page.getByRole('checkbox', { name: /Allow a target on this computer/ }).click()
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Old')
  await page.getByText('Advanced', { exact: true }).click()
  await expect(page.getByRole('combobox', { name: 'Carrier' })).toBeVisible()
  await page.getByRole('button', { name: 'Add server' }).click()
  await expect(page.getByRole('heading', { name: 'Old', level: 1 })).toBeVisible()
  await expect(page.getByText('Connected').first()).toBeVisible()

  await page.getByRole('navigation').getByRole('link', { name: 'Clients' }).click()
  await page.getByRole('link', { name: 'Connect a client' }).first().click()
  await page.getByRole('radio', { name: 'Claude Desktop' }).click()
  await expect(page.getByRole('textbox', { name: 'Token name' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Show snippet' }).click()
  const snippet = (await page.getByRole('group', { name: 'Snippet for Claude Desktop' }).textContent()) ?? ''
  expect(snippet).not.toContain('lmg_')
  const { command, args, env } = JSON.parse(snippet).mcpServers['local-mcp']

  const client = new Client({ name: 'claude-desktop', version: '1' })
  await client.connect(new StdioClientTransport({ command, args, env }) as never)
  expect((await client.callTool({ name: 'test_simple_text', arguments: {} })).isError).not.toBe(true)
  await expect(page.getByText('Claude Desktop is connected').first()).toBeVisible()
  await client.close()
})
