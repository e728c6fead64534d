import { rm, writeFile } from 'node:fs/promises'
import { fileServer, type GatewayProcess, startFakeAuthorization } from '@local-mcp/testing'
import type { Page } from '@playwright/test'
import { callAs } from '../hosts/client-calls.ts'
import { LISTED } from '../hosts/furniture.ts'
import { type Hands, keyboardHands, mouseHands } from '../hosts/hands.ts'
import { test as base, expect } from '../hosts/headless.ts'

const test = base.extend<{ by: 'mouse' | 'keyboard'; hands: Hands; add: (name: string) => Promise<{ id: string; file: string }> }>({
  by: ['mouse', { option: true }],
  hands: async ({ by }, use, info) => {
    const hands = by === 'mouse' ? mouseHands() : keyboardHands()
    await use(hands)
    if (by === 'keyboard') process.stdout.write(`    ${hands.presses} key presses: ${info.title}\n`)
  },
  /** Adds a server of the furniture, which runs at once. */
  add: async ({ gateway, dataDir }, use) => {
    await use(async (name) => {
      const file = `${dataDir}/${name}.json`
      await writeFile(file, JSON.stringify(LISTED[name]))
      const { id } = await gateway.addServer(name, fileServer, file)
      return { id, file }
    })
  },
})
test.use({ env: { OAUTH_ENCRYPTION_KEY: 'ab'.repeat(32) } })

const go = (page: Page, hands: Hands, name: string) => hands.press(page.getByRole('navigation').getByRole('link', { name, exact: true }))
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const field = (page: Page, name: string | RegExp) => page.getByRole('textbox', { name, exact: typeof name === 'string' })
const stateOf = async (gateway: GatewayProcess, server: string) => (await gateway.cli<{ state: string }>('server', 'status', server)).state
const toolsOf = async (gateway: GatewayProcess, profile = 'default') => {
  const token = await gateway.token()
  const answer = await fetch(`${gateway.mcpUrl}/${profile}/info`, { headers: { authorization: `Bearer ${token}` } })
  return JSON.stringify(await answer.json())
}

for (const by of ['mouse', 'keyboard'] as const)
  test.describe(`by ${by}`, () => {
    test.use({ by })

    test('a server is pasted, approved and runs', async ({ page, gateway, hands, dataDir }) => {
      await writeFile(`${dataDir}/list.json`, JSON.stringify(LISTED.GitHub))
      await go(page, hands, 'Servers')
      await hands.press(page.getByRole('link', { name: 'Add server' }).first())
      await hands.write(field(page, /^Paste a command/), `"${process.execPath}" "${fileServer}" "${dataDir}/list.json"`)
      await hands.press(button(page, 'Continue'))
      await hands.write(field(page, 'Name'), 'GitHub')
      await hands.press(button(page, 'Continue'))
      await hands.press(button(page, 'Approve and start'))
      await expect(page.getByRole('heading', { name: 'GitHub', level: 1 })).toBeVisible()
      await expect(page.getByText('7 tools').first()).toBeVisible()
      expect(await stateOf(gateway, 'github')).toBe('connected')
    })

    test('a client is connected, and its call is seen', async ({ page, gateway, hands, add }) => {
      await add('Filesystem')
      await go(page, hands, 'Clients')
      await hands.press(page.getByRole('main').getByRole('link', { name: 'Cursor' }))
      await hands.press(button(page, 'Create token and snippet'))
      const snippet = await page.getByRole('group', { name: 'Snippet for Cursor' }).textContent()
      const [token] = /lmg_[\w-]+/.exec(snippet ?? '') ?? []
      const caller = { name: 'cursor-vscode', endpoint: `${gateway.mcpUrl}/default`, token: token ?? '' }
      await callAs(caller, [['list_directory', { path: '/' }]])
      await expect(page.getByText('Cursor is connected').first()).toBeVisible()
      await go(page, hands, 'Overview')
      await expect(page.getByRole('row').filter({ hasText: 'list_directory' })).toContainText('Success')
    })

    test('a profile is made, gets servers, and is put in order', async ({ page, gateway, hands, add }) => {
      await add('Filesystem')
      await add('Web search')
      await go(page, hands, 'Profiles')
      await hands.press(button(page, 'Create profile').first())
      await hands.write(page.getByRole('dialog').getByRole('textbox', { name: 'Name' }), 'Research')
      await hands.press(page.getByRole('dialog').getByRole('button', { name: 'Create profile' }))
      await expect(page.getByRole('heading', { name: 'Research', level: 1 })).toBeVisible()
      for (const name of ['Filesystem', 'Web search']) {
        await hands.press(button(page, 'Add server'))
        await hands.press(page.getByRole('menuitem', { name }))
        await expect(page.getByRole('switch', { name: `${name} is active in this profile` })).toBeChecked()
      }
      await hands.press(button(page, 'More about Web search'))
      await hands.press(page.getByRole('menuitem', { name: 'Move up' }))
      const rows = page.getByRole('list', { name: 'Servers' }).getByRole('link').filter({ hasNotText: 'Tools' })
      await expect(rows).toHaveText(['Web search', 'Filesystem'])
      // The upper one keeps the name that both have.
      await expect.poll(() => toolsOf(gateway, 'research')).toContain('filesystem__search_files')
    })

    test('a tool is switched off, and another gets a name of its own', async ({ page, gateway, hands, add }) => {
      await add('Filesystem')
      await go(page, hands, 'Servers')
      await hands.press(page.getByRole('main').getByRole('link', { name: 'Filesystem' }))
      await hands.flip(page.getByRole('switch', { name: 'Offer write_file' }))
      await expect(page.getByRole('switch', { name: 'Offer write_file' })).not.toBeChecked()
      await go(page, hands, 'Profiles')
      await hands.press(page.getByRole('main').getByRole('link', { name: 'Default' }).first())
      await hands.press(page.getByRole('link', { name: 'Tools of Filesystem in this profile' }))
      await hands.press(button(page, 'Customise move_file'))
      await hands.write(page.getByRole('dialog').getByRole('textbox', { name: 'Name' }), 'rename')
      await hands.press(page.getByRole('dialog').getByRole('button', { name: 'Save changes' }))
      await expect(page.getByText('Customised')).toBeVisible()
      await expect.poll(() => toolsOf(gateway)).toContain('"rename"')
      expect(await toolsOf(gateway)).not.toContain('write_file')
    })

    test('a secret is stored, and a server uses it', async ({ page, gateway, hands, add }) => {
      await add('Filesystem')
      await go(page, hands, 'Secrets')
      await hands.press(button(page, 'Add secret').first())
      await hands.write(page.getByRole('dialog').getByRole('textbox', { name: 'Name' }), 'FILES_KEY')
      await hands.write(page.getByRole('dialog').getByLabel('Value', { exact: true }), 'key-of-the-files-4711')
      await hands.press(page.getByRole('dialog').getByRole('button', { name: 'Store' }))
      await expect(page.getByText('used by no server')).toBeVisible()
      await go(page, hands, 'Servers')
      await hands.press(page.getByRole('main').getByRole('link', { name: 'Filesystem' }))
      await hands.press(page.getByRole('tab', { name: 'Settings' }))
      await hands.press(page.getByRole('link', { name: 'Change' }))
      await hands.press(button(page, 'Add variable'))
      await hands.write(field(page, 'Variable 1 name'), 'KEY')
      await hands.write(field(page, 'Variable 1 value'), '{{secret:FILES_KEY}}')
      await hands.press(button(page, 'Save changes'))
      await hands.press(button(page, 'Approve and start'))
      await expect.poll(() => stateOf(gateway, 'filesystem')).toBe('connected')
      await go(page, hands, 'Secrets')
      await expect(page.getByRole('listitem').filter({ hasText: 'FILES_KEY' }).getByRole('link', { name: 'Filesystem' })).toBeVisible()
      expect(await page.content()).not.toContain('key-of-the-files')
    })

    test('a server that wants a sign-in gets one', async ({ page, gateway, hands }) => {
      await using fake = await startFakeAuthorization({ person: 'looks' })
      await gateway.cli('server', 'add', '--name', 'Far', '--url', fake.mcpUrl)
      await expect(page.getByRole('main').getByText('Sign-in needed').first()).toBeVisible()
      await go(page, hands, 'Servers')
      await hands.press(page.getByRole('main').getByRole('link', { name: 'Far' }))
      const [tab] = await Promise.all([page.waitForEvent('popup'), hands.press(button(page, 'Sign in to Far').first())])
      await hands.press(tab.getByRole('link', { name: 'agree' }))
      await expect(tab.getByRole('heading', { name: 'Signed in' })).toBeVisible()
      await tab.close()
      await expect(page.getByText('Connected').first()).toBeVisible()
      expect(await stateOf(gateway, 'far')).toBe('connected')
    })

    test('a token is made, limited, and revoked', async ({ page, gateway, hands }) => {
      await go(page, hands, 'Clients')
      await hands.press(button(page, 'Create token').first())
      const dialog = page.getByRole('dialog')
      await hands.write(dialog.getByRole('textbox', { name: 'Name', exact: true }), 'Night shift')
      await hands.choose(dialog.getByRole('combobox', { name: 'Rights' }), 'Chosen rights')
      await hands.press(dialog.getByText('Limits', { exact: true }))
      await hands.write(dialog.getByRole('textbox', { name: 'Per minute' }), '1')
      await hands.press(dialog.getByRole('button', { name: 'Create token' }))
      const token = await dialog.getByText(/^lmg_/).textContent()
      await hands.press(dialog.getByRole('button', { name: 'I have copied it' }))
      const use = async () => (await fetch(`${gateway.mcpUrl}/default/info`, { headers: { authorization: `Bearer ${token}` } })).status
      expect([await use(), await use()]).toEqual([200, 429])
      await hands.press(page.getByRole('link', { name: 'Night shift' }))
      await hands.press(button(page, 'Revoke Night shift'))
      await hands.press(page.getByRole('alertdialog').getByRole('button', { name: 'Revoke token' }))
      await expect(button(page, 'Revoke Night shift')).toHaveCount(0)
      expect(await use()).toBe(401)
    })

    test('a call that failed is found, and why', async ({ page, gateway, hands, add }) => {
      await add('GitHub')
      const caller = { name: 'claude-code', endpoint: `${gateway.mcpUrl}/default`, token: await gateway.token() }
      await callAs(caller, [['get_me'], ['merge_pull_request', { repo: 'acme/shop', number: 12 }], ['get_me']])
      await go(page, hands, 'Activity')
      const rows = page.getByRole('grid', { name: 'Calls' }).getByRole('row')
      await expect(rows).toHaveCount(4)
      await hands.choose(page.getByRole('combobox', { name: 'Result' }), 'Whatever went wrong')
      await expect(rows).toHaveCount(2)
      await hands.press(rows.getByRole('link', { name: 'merge_pull_request' }))
      await expect(page.getByRole('heading', { name: 'merge_pull_request', level: 1 })).toBeVisible()
      await expect(page.getByRole('alert')).toContainText('The tool says that it failed')
      await expect(page.getByRole('group', { name: 'Answer' }).first()).toContainText('The other side said no')
    })

    test('a backup is made, and brings back what was lost', async ({ page, gateway, hands, add }) => {
      await add('Memory')
      await go(page, hands, 'Backups')
      await hands.press(button(page, 'Back up now'))
      await expect(page.getByRole('listitem').filter({ hasText: 'Made by you' })).toBeVisible()
      await gateway.cli('server', 'rm', 'memory')
      await hands.press(button(page, /^Restore the backup/).first())
      await hands.press(page.getByRole('alertdialog').getByRole('button', { name: 'Restore' }))
      await expect(page.getByText('The backup was restored')).toBeVisible({ timeout: 20_000 })
      await go(page, hands, 'Servers')
      await expect(page.getByRole('listitem').filter({ hasText: 'Memory' })).toContainText('Needs approval')
    })

    test('a broken server is understood and started again; deleted, it comes back', async ({ page, gateway, hands, add }) => {
      const { file } = await add('Memory')
      await rm(file)
      await gateway.cli('server', 'restart', 'memory').catch(() => {})
      await go(page, hands, 'Servers')
      await hands.press(page.getByRole('main').getByRole('link', { name: 'Memory' }))
      await hands.press(page.getByRole('tab', { name: 'Output' }))
      await expect(
        page
          .getByRole('tabpanel')
          .getByText(/ENOENT/)
          .first(),
      ).toBeVisible()
      await writeFile(file, JSON.stringify(LISTED.Memory))
      await hands.press(button(page, /^(Restart|Start)$/))
      await expect(page.getByText('Connected').first()).toBeVisible()
      await hands.press(page.getByRole('tab', { name: 'Settings' }))
      await hands.press(button(page, 'Delete server'))
      await hands.press(button(page, 'Undo'))
      await expect(page.getByRole('link', { name: /Memory/ })).toContainText('Connected')
      expect(await stateOf(gateway, 'memory')).toBe('connected')
    })
  })
