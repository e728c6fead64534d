import { badServer, realServer, waitFor } from '@local-mcp/testing'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { expect, test } from '../hosts/journey.ts'

const quoted = (...words: string[]) => words.map((word) => `"${word}"`).join(' ')

test('from the link to a proven call: add a server, connect a client, see its call', async ({ page, gateway }) => {
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
  // The code has done its work and is not left in the address bar.
  expect(page.url()).not.toContain('code')

  // Add a server and agree to what it runs.
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: 'Add server' }).first().click()
  await page.getByRole('button', { name: 'Fill in by hand' }).click()
  await page.getByRole('textbox', { name: 'Command' }).fill(quoted(process.execPath, realServer.everything))
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Everything')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText(realServer.everything, { exact: true })).toBeVisible()
  expect((await gateway.cli<{ state: string }>('server', 'status', 'everything')).state).toBe('approval_required')
  await page.getByRole('button', { name: 'Approve and start' }).click()
  await expect(page.getByRole('heading', { name: 'Everything', level: 1 })).toBeVisible()
  await expect(page.getByText('Connected').first()).toBeVisible()
  await expect(page.getByText('17 tools').first()).toBeVisible()

  // Connect a client: one snippet, token included.
  await page.getByRole('navigation').getByRole('link', { name: 'Clients' }).click()
  await page.getByRole('link', { name: 'Connect a client' }).first().click()
  await page.getByRole('radio', { name: 'Claude Code' }).click()
  await page.getByRole('button', { name: 'Create token and snippet' }).click()
  const snippet = await page.getByRole('group', { name: 'Snippet for Claude Code' }).textContent()
  const [, endpoint, token] = /claude mcp add --transport http \S+ (\S+) --header "Authorization: Bearer (\S+)"/.exec(snippet ?? '') ?? []
  expect(endpoint).toBe(`${gateway.mcpUrl}/default`)
  await expect(page.getByText('Waiting for the first call from Claude Code…')).toBeVisible()

  // The client calls from outside.
  const client = new Client({ name: 'claude-code', version: '1' })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(endpoint ?? ''), { requestInit: { headers: { Authorization: `Bearer ${token}` } } }) as never,
  )
  const result = await client.callTool({ name: 'echo', arguments: { message: 'hello' } })
  expect(result.content).toEqual([{ type: 'text', text: 'Echo: hello' }])
  await client.close()

  // The window has seen it.
  await expect(page.getByText('Claude Code is connected').first()).toBeVisible()
  await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click()
  const call = page.getByRole('row').filter({ hasText: 'echo' })
  await expect(call).toContainText('Success')
  await expect(call).toContainText('Everything')
})

test('a server that is killed from outside is back by itself, and one that keeps ending turns red @headless', async ({ page, gateway }) => {
  await gateway.addServer('Mortal', badServer, 'plain')
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  const row = page.getByRole('listitem').filter({ hasText: 'Mortal' })
  await expect(row).toContainText('Connected')
  const pidOf = async () => (await gateway.cli<{ pid: number | null }>('server', 'status', 'mortal')).pid
  const before = await pidOf()
  process.kill(before as number, 'SIGKILL')
  await waitFor('another process', async () => ![null, before].includes(await pidOf()))
  await expect(row).toContainText('Connected')
  await gateway.addServer('Doomed', badServer, 'exit')
  const doomed = page.getByRole('listitem').filter({ hasText: 'Doomed' })
  await expect(doomed).toContainText('Error')
  await expect(doomed).toContainText('is not started again by itself', { timeout: 30_000 })
})

test('a link opens one window @headless', async ({ page, gateway, browser }) => {
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(gateway.uiUrl)
  await expect(stranger.getByRole('heading', { name: 'This link no longer works' })).toBeVisible()
  await stranger.close()
})

test('what the server refuses is shown at the field, and what was typed stays', async ({ page }) => {
  await page.getByRole('link', { name: 'Add server' }).first().click()
  await page.getByRole('button', { name: 'Fill in by hand' }).click()
  await page.getByRole('textbox', { name: 'Command' }).fill('cat')
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Gateway')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText('Taken')).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused()
  await expect(page.getByRole('textbox', { name: 'Command' })).toHaveValue('cat')
})

test('text of strangers stays text', async ({ page, gateway }) => {
  await gateway.cli('server', 'add', '--name', '<img src=x onerror=alert(1)>', '--command', '<script>alert(2)</script>')
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  await expect(page.getByText('<img src=x onerror=alert(1)>')).toBeVisible()
  await expect(page.locator('img[src="x"]')).toHaveCount(0)
})
