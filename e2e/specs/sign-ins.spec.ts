import { type FakeAuthorization, type GatewayProcess, type Settings, startFakeAuthorization } from '@local-mcp/testing'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Page } from '@playwright/test'
import { test as base, expect } from '../hosts/headless.ts'

/** A server that wants a sign-in, and somebody at its authorization server who looks before agreeing. */
const test = base.extend<{ settings: Partial<Settings>; fake: FakeAuthorization }>({
  settings: [{}, { option: true }],
  fake: async ({ settings }, use) => {
    const fake = await startFakeAuthorization({ person: 'looks', ...settings })
    await use(fake)
    await fake[Symbol.asyncDispose]()
  },
})
// There is no keychain here.
test.use({ env: { OAUTH_ENCRYPTION_KEY: 'ab'.repeat(32) } })

/** Adds the server, and waits until it has said that it wants a sign-in. */
async function add(page: Page, gateway: GatewayProcess, fake: FakeAuthorization): Promise<string> {
  const { id } = await gateway.cli<{ id: string }>('server', 'add', '--name', 'Far', '--url', fake.mcpUrl)
  await expect(page.getByRole('main').getByText('Sign-in needed').first()).toBeVisible()
  return id
}

const openServer = async (page: Page, tab?: string) => {
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('main').getByRole('link', { name: 'Far' }).click()
  if (tab) await page.getByRole('tab', { name: tab }).click()
}

/** Clicks what begins a sign-in. @returns the tab that was opened */
async function popup(page: Page, click: () => Promise<void>): Promise<Page> {
  const [tab] = await Promise.all([page.waitForEvent('popup'), click()])
  return tab
}

/** What the person does in that tab. */
async function answer(tab: Page, word: 'agree' | 'decline'): Promise<void> {
  await tab.getByRole('link', { name: word }).click()
  await tab.waitForURL(/\/oauth\/result\//)
}

async function call(gateway: GatewayProcess) {
  const client = new Client({ name: 'outside', version: '1' })
  const headers = { Authorization: `Bearer ${await gateway.token()}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.mcpUrl}/default`), { requestInit: { headers } }) as never)
  await client.callTool({ name: 'echo', arguments: {} })
  await client.close()
}

test('one click signs in, and lasts: the tab, the waiting, the account, the ledger, signing out', async ({ page, gateway, fake }) => {
  await add(page, gateway, fake)
  // From the overview, in one click.
  const tab = await popup(page, () => page.getByRole('button', { name: 'Sign in to Far' }).click())
  await expect(page.getByText('Waiting for you in the browser…')).toBeVisible()
  await expect(page.getByRole('tab', { name: 'Sign-in' })).toHaveAttribute('aria-selected', 'true')
  await expect(tab.getByRole('link', { name: 'agree' })).toBeVisible()
  // Nobody there can reach this window.
  expect(await tab.evaluate(() => window.opener)).toBeNull()
  await answer(tab, 'agree')
  await expect(tab.getByRole('heading', { name: 'Signed in' })).toBeVisible()
  await tab.close()
  await expect(page.getByText('Waiting for you in the browser…')).toHaveCount(0)
  const row = page.getByRole('listitem').filter({ hasText: 'default' })
  await expect(row).toContainText('Signed in')
  await expect(row).toContainText('Renewed by itself')
  await expect(row).toContainText('May: read, write, offline_access')
  await expect(page.getByText('Connected').first()).toBeVisible()
  await call(gateway)

  // What it said of itself.
  await page.getByText('What the server says').click()
  await expect(page.getByText('There is one already')).toBeVisible()
  await expect(
    page
      .getByRole('definition')
      .filter({ hasText: new URL(fake.origin).host })
      .first(),
  ).toBeVisible()

  const nav = page.getByRole('navigation')
  await nav.getByRole('link', { name: 'Overview' }).click()
  await expect(page.getByText('as default')).toBeVisible()
  await nav.getByRole('link', { name: 'Secrets' }).click()
  const line = page.getByRole('listitem').filter({ hasText: 'Far as default' })
  await expect(line).toContainText('Sealed in the database')
  await expect(line).toContainText('last used')
  await line.getByRole('link', { name: 'Open the sign-in of Far as default' }).click()
  await page.getByRole('button', { name: 'More about default' }).click()
  await page.getByRole('menuitem', { name: 'Renew now' }).click()
  await expect(row).toContainText('last renewed')
  await page.getByRole('button', { name: 'Sign out default' }).click()
  await expect(row).toContainText('Not signed in')
  expect(await fake.counts()).toMatchObject({ signIns: 1, refreshes: 1, revocations: 1 })
  await nav.getByRole('link', { name: 'Sign-ins' }).click()
  await expect(page.getByRole('button', { name: 'Sign in to Far as default' })).toBeVisible()
})

test('what the other side says is shown as it is, in the tab and in the window', async ({ page, gateway, fake }) => {
  await add(page, gateway, fake)
  await openServer(page)
  const tab = await popup(page, () => page.getByRole('button', { name: 'Sign in to Far' }).click())
  await answer(tab, 'decline')
  await expect(tab.getByText('access_denied: <b>The person</b> declined')).toBeVisible()
  await tab.close()
  const notice = page.getByRole('alert').filter({ hasText: 'SIGN_IN_DENIED' })
  await expect(notice).toContainText('access_denied: <b>The person</b> declined')
  await notice.getByRole('button', { name: 'Close' }).click()
  await expect(notice).toHaveCount(0)

  // Given up, and come back to: nothing was lost.
  await fake.set({ person: 'looks' })
  const other = await popup(page, () => page.getByRole('button', { name: 'Sign in to Far' }).click())
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('Waiting for you in the browser…')).toHaveCount(0)
  await answer(other, 'agree')
  await openServer(page, 'Sign-in')
  await expect(page.getByRole('listitem').filter({ hasText: 'default' })).toContainText('Signed in')
})

test('where no tab is opened, the address is there to open', async ({ page, gateway, fake }) => {
  await add(page, gateway, fake)
  await openServer(page)
  await page.evaluate(() => {
    window.open = () => null
  })
  await page.getByRole('button', { name: 'Sign in to Far' }).click()
  await expect(page.getByText('The browser did not open a new tab.')).toBeVisible()
  const tab = await popup(page, () => page.getByRole('link', { name: 'Open it in a new tab' }).click())
  await answer(tab, 'agree')
  await expect(page.getByText('The browser did not open a new tab.')).toHaveCount(0)
})

test('a second account, and the choice of a profile; all is done by keyboard', async ({ page, gateway, fake }) => {
  await add(page, gateway, fake)
  await openServer(page)
  const press = async (name: string, role: 'button' | 'tab' = 'button') => {
    await page.getByRole(role, { name, exact: true }).focus()
    await page.keyboard.press('Enter')
  }
  const choose = async (account: string, item: string) => {
    await press(`More about ${account}`)
    // The menu of another account may still be on its way out.
    await page
      .getByRole('menu', { name: `More about ${account}` })
      .getByRole('menuitem', { name: item })
      .focus()
    await page.keyboard.press('Enter')
  }
  await answer(await popup(page, () => press('Sign in to Far')), 'agree')
  await press('Sign-in', 'tab')
  await press('Add another account')
  await page.keyboard.type('Default')
  await page.keyboard.press('Enter')
  await expect(page.getByText('There is an account of this name already.')).toBeVisible()
  await page.getByRole('textbox', { name: 'Name' }).fill('Work')
  await answer(await popup(page, () => page.keyboard.press('Enter')), 'agree')
  await expect(page.getByRole('listitem').filter({ hasText: 'Work' })).toContainText('Signed in')
  await choose('Work', 'Make default')
  await expect(page.getByRole('listitem').filter({ hasText: 'Work' })).toContainText('Default')
  await choose('default', 'Rename…')
  await page.getByRole('textbox', { name: 'Name' }).fill('Home')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()

  await page.getByRole('navigation').getByRole('link', { name: 'Profiles' }).click()
  await page.getByRole('link', { name: 'Default' }).first().click()
  const choice = page.getByRole('combobox', { name: 'Calls to Far are made as' })
  await expect(choice).toHaveText('The default account (Work)')
  await call(gateway)
  await choice.focus()
  await page.keyboard.press('ArrowDown')
  await page.getByRole('option', { name: 'Home' }).press('Enter')
  await expect(choice).toHaveText('Home')
  await call(gateway)
  await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'as Home' })).toHaveCount(1)
  await expect(page.getByRole('row').filter({ hasText: 'as Work' })).toHaveCount(1)

  // Who is deleted is named by no profile any more.
  await openServer(page, 'Sign-in')
  await choose('Home', 'Delete…')
  await expect(page.getByText('One profile names it')).toBeVisible()
  await press('Delete account')
  await expect(page.getByRole('heading', { name: 'Home' })).toHaveCount(0)
})

test.describe('where nobody registers by itself', () => {
  test.use({ settings: { registration: false, clientSecret: true } })
  test('the form says what to create, takes it once, and shows no secret', async ({ page, gateway, fake }) => {
    const id = await add(page, gateway, fake)
    await openServer(page)
    await page.getByRole('button', { name: 'Sign in to Far' }).click()
    await expect(page.getByText('registers no clients by itself')).toBeVisible()
    await page.getByRole('link', { name: 'How to do it' }).click()
    const redirectUri = `${gateway.origin}/oauth/callback`
    await expect(page.getByRole('group', { name: 'redirect URI' })).toHaveText(redirectUri)
    await page.getByRole('button', { name: 'Enter client' }).click()
    await expect(page.getByText('Enter the client ID.')).toBeVisible()
    const secret = 'secret-of-the-client-4711'
    await fake.addClient({
      client_id: 'by-hand',
      client_secret: secret,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'client_secret_basic',
    })
    await page.getByRole('textbox', { name: 'Client ID' }).fill('by-hand')
    await page.getByLabel('Client secret').fill(secret)
    await page.getByRole('button', { name: 'Enter client' }).click()
    await expect(page.getByText('entered by hand')).toBeVisible()
    await answer(await popup(page, () => page.getByRole('button', { name: 'Sign in to Far' }).first().click()), 'agree')
    await expect(page.getByRole('listitem').filter({ hasText: 'default' })).toContainText('Signed in')
    expect(await page.content()).not.toContain(secret)

    // An address that does not fit is said at its field; a wrong one forgets the client.
    await page.getByText('Advanced', { exact: true }).click()
    await page.getByRole('textbox', { name: 'Token address' }).fill('https://example.com/token')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await expect(page.getByText('Enter both, or none')).toBeVisible()
    await page.getByRole('checkbox', { name: 'Go on without a promise of PKCE' }).click()
    await expect(page.getByText('Whoever catches the answer of a sign-in could use it')).toBeVisible()

    await page.getByRole('navigation').getByRole('link', { name: 'Secrets' }).click()
    const line = page.getByRole('listitem').filter({ hasText: `Client at ${fake.origin}` })
    await expect(line).toContainText('used by Far')
    expect(await page.content()).not.toContain(secret)
    await gateway.cli('oauth', 'client', 'rm', id)
    await expect(line).toHaveCount(0)
  })
})

test('of several authorization servers one is chosen', async ({ page, gateway, fake }) => {
  const other = await startFakeAuthorization()
  await fake.set({ resourceOverrides: { authorization_servers: [other.origin, fake.origin] } })
  await add(page, gateway, fake)
  await openServer(page, 'Sign-in')
  await page.getByText('What the server says').click()
  const choice = page.getByRole('combobox', { name: 'Authorization server' })
  await expect(choice).toHaveText(other.origin)
  await choice.click()
  await page.getByRole('option', { name: fake.origin }).click()
  await expect(page.getByRole('definition').filter({ hasText: fake.origin }).first()).toBeVisible()
  const begin = page.getByRole('tabpanel').getByRole('button', { name: 'Sign in to Far' })
  await answer(await popup(page, () => begin.click()), 'agree')
  await expect(page.getByRole('listitem').filter({ hasText: 'default' })).toContainText(`granted by ${new URL(fake.origin).host}`)
  expect(await other.counts()).toMatchObject({ registrations: 0, authorizations: 0 })
  await other[Symbol.asyncDispose]()
})

test('the settings of sign-ins, and the document to host', async ({ page }) => {
  await page.getByRole('navigation').getByRole('link', { name: 'Sign-ins' }).click()
  await expect(page.getByText('Nobody is signed in')).toBeVisible()
  await page.getByRole('link', { name: 'Settings of sign-ins' }).click()
  const card = page.getByRole('region', { name: 'Settings of sign-ins' })
  await page.getByRole('textbox', { name: 'Address of the client id metadata document' }).fill('http://example.com/client')
  await card.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('Use a URL that starts with https://')).toBeVisible()
  await page.getByRole('textbox', { name: 'Address of the client id metadata document' }).fill('https://example.com/client')
  await page.getByRole('combobox', { name: 'How this computer is called in redirect URIs' }).click()
  await page.getByRole('option', { name: 'localhost' }).click()
  await card.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('Saved', { exact: true })).toBeVisible()
  await page.getByText('The document to host').click()
  await expect(page.getByRole('group', { name: 'The document to host' })).toContainText('"client_id": "https://example.com/client"')
})
