import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import { expect, test } from '../hosts/journey.ts'
import { openPage, pagesOfWindow, tooWide } from '../hosts/window-checks.ts'

const MARKUP = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'
const LONG = 'W'.repeat(255)
const FAMILY = '👨‍👩‍👧‍👦'.repeat(20)
const HEBREW = 'שלום עולם (1) מזרח תיכון'.repeat(5)
const WORDS = `${'x'.repeat(2500)} ${MARKUP} ${FAMILY} ${'y'.repeat(1500)}`.slice(0, 5000)

interface Named {
  readonly id: string
  readonly slug: string
}

/** A server whose every word is as bad as it may be. */
async function badMouth() {
  const tools = ['long', 'html', 'family', 'hebrew'].map((name, at) => ({
    name: `${name}_${'n'.repeat(50)}`,
    title: [LONG, MARKUP, FAMILY, HEBREW][at],
    description: WORDS,
    inputSchema: { type: 'object', properties: { [LONG]: { type: 'string', description: MARKUP } } },
  }))
  const server = createServer(async (req, res) => {
    let text = ''
    for await (const chunk of req) text += chunk
    const message = (text === '' ? {} : JSON.parse(text)) as { id?: number; method?: string }
    if (message.id === undefined) return void res.writeHead(req.method === 'POST' ? 202 : 405).end()
    const serverInfo = { name: MARKUP, title: LONG, version: FAMILY }
    const results: Record<string, object> = {
      initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo, instructions: WORDS },
      'tools/list': { tools },
      'tools/call': { content: [{ type: 'text', text: WORDS }], isError: true },
      ping: {},
    }
    const result = results[message.method ?? '']
    const answer = result ? { result } : { error: { code: -32601, message: MARKUP } }
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...answer }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function fitsAtEveryWidth(page: Page, path: string): Promise<void> {
  for (const width of [1280, 800, 360]) {
    await page.setViewportSize({ width, height: 800 })
    expect.soft(await tooWide(page), `${path} at ${width}`).toEqual([])
  }
}

test('names and words of strangers are text, and stay within the window @headless', async ({ page, gateway }) => {
  test.setTimeout(180_000)
  await using bad = await badMouth()
  const { token: admin } = await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')
  const api = async <Answer = Named>(method: string, path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${gateway.origin}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const said = (await answer.json()) as Answer
    if (!answer.ok) throw Object.assign(new Error(JSON.stringify(said)), { status: answer.status })
    return said
  }
  const config = { url: bad.url, headers: { 'x-long': LONG }, allowPrivateNetwork: true }
  const server = await api('POST', '/mcp-servers', { name: LONG, type: 'remote_http', config })
  for (const name of [MARKUP, FAMILY, HEBREW].map((text) => text.slice(0, 100)))
    await api('POST', '/mcp-servers', { name, type: 'remote_http', config })
  const profile = await api('POST', '/profiles', { name: LONG.slice(0, 100), description: `${MARKUP}${LONG}`.slice(0, 500) })
  await api('POST', `/profiles/${profile.id}/servers`, { server: server.id })
  for (const name of [LONG, MARKUP, FAMILY, HEBREW].map((text) => text.slice(0, 100))) {
    await api('POST', '/sources', { name: name.replace(/[{}]/g, ''), type: 'generic', metadata: { region: LONG, note: MARKUP } })
    await api('POST', '/tokens', { name })
  }
  // Marks that turn the text around are refused by the contract.
  await expect(api('POST', '/mcp-servers', { name: 'a\u202eb', type: 'remote_http', config })).rejects.toMatchObject({ status: 400 })
  const toolCount = async () => (await api<{ status: { toolCount: number } }>('GET', `/mcp-servers/${server.id}`)).status.toolCount
  await gateway.cli('server', 'approve', server.id, '--yes')
  await expect.poll(toolCount).toBe(4)

  const [token] = await api<Named[]>('GET', '/tokens')
  for (const path of pagesOfWindow({ server: server.id, profile: profile.slug, token: token?.id ?? '' })) {
    await openPage(page, path)
    await fitsAtEveryWidth(page, path)
    expect.soft(await page.title(), path).not.toBe('owned')
    expect.soft(await page.locator('img, script:not([src])').count(), path).toBe(0)
  }

  // What is opened: a tool with its schema, the search, a dialog.
  await page.setViewportSize({ width: 1280, height: 800 })
  await openPage(page, `/servers/${server.id}`)
  for (const details of await page.locator('main details').all()) await details.evaluate((element) => element.setAttribute('open', ''))
  await fitsAtEveryWidth(page, 'a tool that is open')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search everything' }).fill('www')
  await expect(page.getByRole('option').first()).toBeVisible()
  await fitsAtEveryWidth(page, 'the search')
})
