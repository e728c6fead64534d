import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { realServer } from '@local-mcp/testing'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Page } from '@playwright/test'
import { test as base, expect } from '../hosts/headless.ts'
import { pace, personAt } from '../hosts/person.ts'

/** In ms. */
const TWO_MINUTES = 120_000
const CURSOR = '.cursor/mcp.json'

/** An empty installation of somebody who has Cursor, with three servers in it, and Gemini CLI. */
const test = base.extend<{ put: (path: string, content: unknown) => string }>({
  firstSteps: true,
  env: async ({ dataDir }, use) => use({ HOME: join(dataDir, 'home'), PATH: '/usr/bin:/bin' }),
  put: async ({ dataDir }, use) =>
    use((path, content) => {
      const file = join(dataDir, 'home', path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
      return file
    }),
  gateway: async ({ gateway, put }, use) => {
    put(CURSOR, {
      mcpServers: {
        files: { command: 'npx', args: ['-y', 'fs-mcp'] },
        docs: { url: 'https://example.com/mcp' },
        'עברית <b>': { command: 'uvx', args: ['x-mcp'], env: { API_KEY: 'sk-canary-0123456789abcdef' } },
      },
    })
    put('.gemini/settings.json', {})
    await use(gateway)
  },
})

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const step = (page: Page, name: string) => page.locator(`[data-step="${name}"]`)

interface Entry {
  readonly url: string
  readonly headers: Record<string, string>
}
/** What the page shows to paste, as Cursor would read it. */
async function snippetOf(page: Page): Promise<{ text: string; entry: Entry }> {
  const text = (await page.getByRole('group', { name: /^Snippet for/ }).textContent()) ?? ''
  const { mcpServers } = JSON.parse(text) as { mcpServers: Record<string, Entry> }
  return { text, entry: Object.values(mcpServers)[0] as Entry }
}
/** What the person makes of the file of Cursor. */
function paste(put: (path: string, content: unknown) => string, text: string): void {
  const file = put(`${CURSOR}.tmp`, '').replace(/\.tmp$/, '')
  const before = JSON.parse(readFileSync(file, 'utf8')) as { mcpServers: object }
  writeFileSync(file, JSON.stringify({ mcpServers: { ...before.mcpServers, ...(JSON.parse(text) as typeof before).mcpServers } }))
}
/** A real client that has read its file. */
async function startClient({ url, headers }: Entry, name = 'cursor-vscode'): Promise<Client> {
  const client = new Client({ name, version: '1.7' })
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }) as never)
  return client
}
const entryInFile = (dataDir: string): Entry =>
  (JSON.parse(readFileSync(join(dataDir, 'home', CURSOR), 'utf8')) as { mcpServers: Record<string, Entry> }).mcpServers[
    'local-mcp'
  ] as Entry

/** Up to the snippet, with the built-in server. */
async function toSnippet(page: Page): Promise<void> {
  await button(page, 'Just try the built-in server').click()
  await button(page, 'Create token and snippet').click()
  await expect(page.getByRole('list', { name: 'How far Cursor has come' })).toBeVisible()
}

test('from the opened link to a proven call, with a server of one’s own, in less than two minutes', async ({ page, put, dataDir }) => {
  test.setTimeout(TWO_MINUTES + 60_000)
  const person = personAt(page)
  const opened = await page.evaluate(() => performance.timeOrigin)
  await expect(page).toHaveURL(/\/welcome$/)
  await person.read(page.getByRole('heading', { name: 'Which tools should your clients have?' }))
  await person.read(page.getByText('Servers offer tools'))

  // A server: what its documentation says to run, typed by hand.
  await person.type(page.getByRole('textbox', { name: 'Paste a command' }), `${process.execPath} ${realServer.everything}`)
  await person.click(button(page, 'Continue'))
  const name = page.getByRole('textbox', { name: 'Name', exact: true })
  await name.waitFor()
  await name.fill('')
  await person.type(name, 'Everything')
  await person.click(button(page, 'Continue'))
  await person.read(page.getByRole('region', { name: 'Allow this program to run?' }))
  await person.click(button(page, 'Approve and start'))
  await expect(page.getByText('17 tools')).toBeVisible()
  await person.click(button(page, 'Continue'))

  // A client: found, and chosen already.
  await person.read(page.getByRole('heading', { name: 'Which program should use them?' }))
  await expect(page.getByRole('radio', { name: 'Cursor, Found here' })).toBeChecked()
  await person.click(button(page, 'Create token and snippet'))
  const { text } = await snippetOf(page)
  await person.read(page.getByText('Merge it into this file'))
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await person.click(button(page, 'Copy snippet'))
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text)
  // To the editor, to the file, to the right place in it, and saved.
  await person.pause(pace.act * 20)
  paste(put, text)

  // The client starts with what is in its file now, and nothing else.
  await person.pause(pace.act * 10)
  const client = await startClient(entryInFile(dataDir))
  await expect(step(page, 'connected')).toContainText('cursor-vscode 1.7, with MCP')
  await expect(step(page, 'written')).toContainText('The entry is in')
  expect((await client.listTools()).tools.length).toBeGreaterThan(17)
  await expect(step(page, 'listed')).toContainText('It was shown 21 tools.')
  // The sentence is said, and the model thinks.
  await person.pause('Use the gateway to tell me the time.'.length * pace.key + pace.act * 6)
  const result = await client.callTool({ name: 'current_time', arguments: {} })
  expect(result.isError ?? false).toBe(false)
  await expect(page.getByRole('heading', { name: 'It works' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Cursor is connected' })).toBeVisible()
  const seconds = (Date.now() - opened) / 1000
  process.stdout.write(`From the link to the proven call: ${seconds.toFixed(1)} s at ${process.env.LMG_PACE ?? 'quick'} pace\n`)
  expect(seconds * 1000).toBeLessThan(TWO_MINUTES)
  await client.close()

  await person.click(page.getByRole('link', { name: 'Go to the overview' }))
  await expect(page.getByRole('row').filter({ hasText: 'current_time' })).toContainText('Success')
})

test('by keyboard alone', async ({ page }) => {
  const person = personAt(page)
  await person.tabTo(button(page, 'Just try the built-in server'))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Which program should use them?' })).toBeFocused()
  await person.tabTo(page.getByRole('radio', { name: 'Cursor, Found here' }))
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: 'Gemini CLI, Found here' })).toBeChecked()
  await page.keyboard.press('ArrowUp')
  await person.tabTo(button(page, 'Create token and snippet'))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Paste it, then say hello' })).toBeFocused()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await person.tabTo(button(page, 'Copy snippet'))
  await page.keyboard.press('Enter')
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied).toBe((await snippetOf(page)).text)
  const client = await startClient((await snippetOf(page)).entry)
  await client.callTool({ name: 'current_time', arguments: {} })
  await client.close()
  await expect(page.getByRole('heading', { name: 'It works' })).toBeVisible()
  await person.tabTo(page.getByRole('link', { name: 'Go to the overview' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
})

test('each thing that goes wrong is told with its next step, as it happens', async ({ page, put, gateway }) => {
  await toSnippet(page)
  const { text, entry } = await snippetOf(page)
  const withToken = (token: string, url = entry.url): Entry => ({ url, headers: { Authorization: `Bearer ${token}` } })
  const tries = (wrong: Entry) => expect(startClient(wrong)).rejects.toThrow()
  const trouble = (title: string) => expect(page.getByRole('status').filter({ hasText: title })).toBeVisible()

  // Not pasted yet, and then pasted.
  await trouble('The entry is not in')
  await expect(step(page, 'written')).toHaveAttribute('data-state', 'now')
  paste(put, text.replace(/lmg_[\w-]+/, 'lmg_halfofthetoken'))
  await button(page, 'Look again').click()
  await trouble('holds another token')
  paste(put, text)
  await button(page, 'Look again').click()
  await expect(step(page, 'written')).toHaveAttribute('data-state', 'done')
  await expect(page.getByText('Look under Settings → MCP for a green dot')).toBeVisible()

  await tries(withToken('lmg_halfofthetoken'))
  await trouble('A request came with a token that is not known')
  await expect(step(page, 'connected')).toHaveAttribute('data-state', 'stopped')
  await tries({ url: entry.url, headers: {} })
  await trouble('A request came without a token')
  await tries({ ...entry, url: entry.url.replace(/default$/, 'defalt') })
  await trouble('There is no profile at that address')
  await expect(page.getByText('The entry says “defalt”')).toBeVisible()
  await gateway.cli('profile', 'create', '--name', 'Empty')
  await tries({ ...entry, url: entry.url.replace(/default$/, 'empty') })
  await trouble('The token is for another profile')
  const other = await gateway.token()
  const stranger = await startClient(withToken(other))
  // Ours was refused before; what is told last is still that.
  await stranger.close()

  // Connected, and no call yet: nothing is wrong.
  const client = await startClient(entry)
  await expect(step(page, 'connected')).toHaveAttribute('data-state', 'done')
  await client.listTools()
  await expect(step(page, 'listed')).toContainText('It was shown 4 tools.')
  await expect(step(page, 'called')).toHaveAttribute('data-state', 'now')
  await expect(page.getByRole('status').filter({ hasText: 'token' })).toHaveCount(0)

  // A call that fails, and one that works.
  await client.callTool({ name: 'current_time', arguments: { timeZone: 'Nowhere/Atall' } })
  await trouble('The call of current_time failed')
  await expect(step(page, 'called')).toHaveAttribute('data-state', 'stopped')
  await client.callTool({ name: 'current_time', arguments: {} })
  await expect(page.getByRole('heading', { name: 'It works' })).toBeVisible()
  await client.close()
})

test('the token of another client, and a profile without tools', async ({ page, gateway }) => {
  await toSnippet(page)
  const { entry } = await snippetOf(page)
  const other = await startClient({ ...entry, headers: { Authorization: `Bearer ${await gateway.token()}` } })
  await expect(page.getByText('It came, with another token')).toBeVisible()
  await expect(page.getByText('uses the token “test-1”')).toBeVisible()
  await other.close()

  await gateway.cli('profile', 'create', '--name', 'Empty')
  await page.getByRole('button', { name: 'Choose another client' }).click()
  await page.getByRole('combobox', { name: 'Profile' }).click()
  await page.getByRole('option', { name: 'Empty' }).click()
  await button(page, 'Create token and snippet').click()
  const client = await startClient((await snippetOf(page)).entry)
  await client.listTools()
  await expect(page.getByText('It is connected, but sees no tools')).toBeVisible()
  await expect(page.getByText('The profile “Empty” has no servers.')).toBeVisible()
  await client.close()
})

test('what a client has is brought over, keys and all, and approved in place', async ({ page }) => {
  await expect(page.getByText('Lists 3 other servers: files, docs, עברית <b>')).toBeVisible()
  await page.getByRole('button', { name: 'Bring over the servers of Cursor' }).click()
  const drafts = page.getByRole('list', { name: 'Servers that were read' })
  await expect(drafts.getByText('https://example.com/mcp')).toBeVisible()
  await drafts.getByRole('checkbox', { name: 'docs' }).click()
  await drafts.getByRole('checkbox', { name: 'עברית' }).click()
  await expect(page.getByText('sk-canary')).toHaveCount(0)
  await page.getByRole('button', { name: 'Add one server' }).click()
  await expect(page.getByRole('list', { name: 'Arguments' })).toContainText('fs-mcp')
  await button(page, 'Decide later').click()
  await expect(page.getByRole('heading', { name: 'Your servers' })).toBeVisible()
  await expect(page.getByText('Needs approval').first()).toBeVisible()
  await button(page, 'Continue').click()
  await expect(page.getByRole('heading', { name: 'Which program should use them?' })).toBeVisible()
})

test('a reload stays where one was; skipping is remembered, and the overview leads back', async ({ page, gateway }) => {
  await toSnippet(page)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Paste it, then say hello' })).toBeVisible()
  await expect(page.getByText('The snippet cannot be shown again')).toBeVisible()
  await button(page, 'Make another snippet').click()
  await expect(page.getByRole('textbox', { name: 'Token name' })).toHaveValue('Cursor 2')
  await button(page, 'Skip').click()
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
  await page.getByRole('link', { name: 'Take me through it' }).click()
  await expect(page.getByRole('heading', { name: 'Which tools should your clients have?' })).toBeVisible()
  const { url } = await gateway.cli<{ url: string }>('open')
  await page.goto(url)
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
})

test('whoever skips at once is not asked again', async ({ page, gateway }) => {
  await button(page, 'Skip').click()
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
  await page.goto((await gateway.cli<{ url: string }>('open')).url)
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
})

test('files of clients may be anything: the page says what they are, and stays alive', async ({ page, put, dataDir, gateway }) => {
  const home = join(dataDir, 'home')
  mkdirSync(join(home, '.codex'))
  execFileSync('mkfifo', [join(home, '.codex/config.toml')])
  mkdirSync(join(home, '.config/zed/settings.json'), { recursive: true })
  truncateSync(put('.codeium/windsurf/mcp_config.json', ''), 20 * 1024 ** 3)
  put('.gemini/settings.json', '{"mcpServers": {'.repeat(20_000))
  mkdirSync(join(home, '.config/Code/User'), { recursive: true })
  symlinkSync('/dev/zero', join(home, '.config/Code/User/mcp.json'))
  const long = 'x'.repeat(5000)
  put(CURSOR, { mcpServers: { [long]: { command: 'x' }, '<img src=x onerror=alert(1)>': { command: 'y' }, __proto__x: { command: 'z' } } })
  put('.claude.json', `{"mcpServers":{"__proto__":{"command":"x"},"local-mcp":{"url":"${gateway.mcpUrl}/default"}}}`)

  await button(page, 'Skip').click()
  await page.getByRole('navigation').getByRole('link', { name: 'Clients' }).click()
  const row = (name: string) => page.getByRole('listitem', { name, exact: true })
  await expect(row('Codex')).toContainText('something that is no file')
  await expect(row('Zed')).toContainText('something that is no file')
  await expect(row('VS Code')).toContainText('something that is no file')
  await expect(row('Windsurf')).toContainText('too big')
  await expect(row('Gemini CLI')).toContainText('have a mistake in them')
  await expect(row('Claude Code')).toContainText('Token not valid')
  await expect(row('Claude Code')).toContainText('Lists one other server: __proto__')
  await expect(row('Cursor')).toContainText('<img src=x onerror=alert(1)>')
  await expect(page.locator('img[src="x"]')).toHaveCount(0)
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)

  put('.gemini/settings.json', {})
  await button(page, 'Look again').click()
  await expect(row('Gemini CLI')).toContainText('Not connected')
})
