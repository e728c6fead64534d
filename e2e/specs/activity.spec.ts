import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { badServer, type GatewayProcess, lightClient, modern, realServer } from '@local-mcp/testing'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Page } from '@playwright/test'
import { expect, test } from '../hosts/headless.ts'

const run = promisify(execFile)
/** What every shell stumbles over. */
const HARD = `it's "hard": $HOME \`id\` $(id) \\ ! * ~ %s\n<b>ü 🌍 שלום</b>`

async function connect(gateway: GatewayProcess, token: string): Promise<Client> {
  const client = new Client({ name: 'claude-code', version: '1' })
  const headers = { Authorization: `Bearer ${token}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.mcpUrl}/default`), { requestInit: { headers } }) as never)
  return client
}

const openActivity = (page: Page) => page.getByRole('navigation').getByRole('link', { name: 'Activity' }).click()
const rowsOf = (page: Page) => page.getByRole('grid', { name: 'Calls' }).getByRole('row')
const callOf = (page: Page, text: string) => rowsOf(page).filter({ hasText: text })
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

test('calls are found by what they are and by what was in them, opened with both their sides, run from a shell and run again', async ({
  page,
  gateway,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await gateway.addServer('Everything', realServer.everything)
  const token = await gateway.token()
  await openActivity(page)
  await expect(page.getByText('No calls yet')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Connect a client' })).toBeVisible()

  // Calls appear while they are made.
  const client = await connect(gateway, token)
  await client.callTool({ name: 'echo', arguments: { message: HARD } })
  await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 40 } })
  await client.callTool({ name: 'get-sum', arguments: { a: 'no number' } }).catch(() => {})
  await expect(rowsOf(page)).toHaveCount(4)
  await expect(callOf(page, 'echo')).toContainText('Success')
  await expect(callOf(page, 'echo')).toContainText('Everything')

  // Filters, one by one, in the address.
  await page.getByRole('combobox', { name: 'Result' }).click()
  await page.getByRole('option', { name: 'Whatever went wrong' }).click()
  await expect(rowsOf(page)).toHaveCount(2)
  await expect(page).toHaveURL(/result=failed/)
  await page.goBack()
  await expect(rowsOf(page)).toHaveCount(4)
  await page.keyboard.press('/')
  await expect(page.getByRole('searchbox', { name: 'Search calls' })).toBeFocused()
  await page.keyboard.type(`IT'S "hard"`)
  await expect(rowsOf(page)).toHaveCount(2)
  await expect(callOf(page, 'echo')).toBeVisible()
  // What comes later and holds the words comes into the list, what does not stays out.
  await client.callTool({ name: 'get-sum', arguments: { a: 1, b: 1 } })
  await client.callTool({ name: 'echo', arguments: { message: `again it's "hard"` } })
  await expect(rowsOf(page)).toHaveCount(3)
  await page.getByRole('searchbox', { name: 'Search calls' }).fill('nowhere to be found')
  await expect(page.getByText('No call fits these filters')).toBeVisible()
  await page.getByRole('search').getByRole('button', { name: 'Clear filters' }).click()
  await expect(rowsOf(page)).toHaveCount(6)
  await client.close()

  // By keyboard to the oldest, and into it.
  await rowsOf(page).nth(1).focus()
  await page.keyboard.press('End')
  await expect(callOf(page, 'echo').last()).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'echo', level: 1 })).toBeVisible()
  const clientSide = page.getByRole('region', { name: 'Client and gateway' })
  await expect(clientSide.getByRole('group', { name: 'Request' })).toContainText(JSON.stringify(HARD))
  await expect(clientSide.getByRole('group', { name: 'Answer' })).toContainText('Echo: it')
  await expect(page.locator('main b')).toHaveCount(0)
  await expect(page.getByRole('region', { name: 'Gateway and server' })).toContainText('the same but for the number')

  // As a command: it makes the same call, whatever is in it, and holds no token.
  await page.getByRole('button', { name: 'Copy as curl' }).click()
  const command = await copied(page)
  expect(command).not.toContain(token)
  const { stdout } = await run('bash', ['-c', command], { env: { PATH: process.env.PATH, LMG_TOKEN: token } })
  expect(JSON.parse(stdout).result.content).toEqual([{ type: 'text', text: `Echo: ${HARD}` }])
  await page.getByRole('button', { name: 'Copy as JSON' }).click()
  expect(JSON.parse(await copied(page))).toMatchObject({ tool: 'echo', status: 'success', profileSlug: 'default' })

  // Back to the same row.
  await page.goBack()
  await expect(callOf(page, 'echo').last()).toBeFocused()
  await expect(rowsOf(page)).toHaveCount(7)

  // The command spoke the newest revision, the server an older one: what was changed on the way is shown.
  await rowsOf(page).nth(1).getByRole('link').click()
  const serverSide = page.getByRole('region', { name: 'Gateway and server' })
  await expect(serverSide.getByRole('group', { name: 'How the answer was changed for the client' })).toContainText(
    '"resultType": "complete"',
  )
  await serverSide.getByRole('radio', { name: 'Whole messages' }).click()
  await expect(serverSide.getByRole('group', { name: 'Request' })).not.toContainText('clientCapabilities')

  // Run again: it says what that means, then shows the new call.
  const before = page.url()
  await page.getByRole('button', { name: 'Run again…' }).click()
  const dialog = page.getByRole('alertdialog')
  await expect(dialog).toContainText('it may write, send or delete')
  await expect(dialog.getByRole('group', { name: 'With these arguments' })).toContainText('שלום')
  await dialog.getByRole('button', { name: 'Run again' }).click()
  await expect(page.getByText('It ran again. This is the new call.').first()).toBeVisible()
  await expect(page).not.toHaveURL(before)
  await expect(page.getByRole('heading', { name: 'echo', level: 1 })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Client and gateway' }).getByRole('group', { name: 'Answer' })).toContainText('Echo: it')

  // A failed one says what the server said.
  await openActivity(page)
  await expect(rowsOf(page)).toHaveCount(8)
  await callOf(page, 'Failed').getByRole('link').click()
  await expect(page.getByRole('alert')).toContainText('The tool says that it failed')
})

test('what is recorded is chosen, and all of it can be deleted', async ({ page, gateway }) => {
  const client = await connect(gateway, await gateway.token())
  await client.callTool({ name: 'current_time', arguments: {} })
  await openActivity(page)
  await expect(callOf(page, 'current_time')).toBeVisible()

  await page.getByRole('button', { name: 'What is recorded' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('One call is stored now')).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Days' }).fill('0')
  await dialog.getByRole('button', { name: 'Save changes' }).click()
  await expect(dialog.getByRole('textbox', { name: 'Days' })).toHaveAttribute('aria-invalid', 'true')
  await dialog.getByRole('textbox', { name: 'Days' }).fill('3')
  await dialog.getByRole('radio', { name: 'Who and what' }).click()
  await dialog.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('Saved').first()).toBeVisible()

  await dialog.getByRole('button', { name: 'Delete all…' }).click()
  await expect(page.getByRole('alertdialog')).toContainText('One call with what was sent and came back is deleted.')
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete all' }).click()
  await expect(page.getByText('One call was deleted').first()).toBeVisible()
  await expect(dialog.getByText('Nothing is stored now.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('No calls yet')).toBeVisible()

  // Who and what, but nothing of what was in it; so it cannot be run again, and that is said.
  await client.callTool({ name: 'current_time', arguments: {} })
  await callOf(page, 'current_time').getByRole('link').click()
  await expect(page.getByText('It cannot be run again: what was sent was not recorded.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Copy as curl' })).toHaveCount(0)

  await openActivity(page)
  await page.getByRole('button', { name: 'What is recorded' }).click()
  await dialog.getByRole('radio', { name: 'Nothing' }).click()
  await dialog.getByRole('button', { name: 'Save changes' }).click()
  await page.keyboard.press('Escape')
  await expect(page.getByText('Nothing is recorded')).toBeVisible()
  await client.callTool({ name: 'current_time', arguments: {} })
  await client.close()
  // The overview has heard of it; the log has not.
  await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click()
  await expect(page.getByText('these are forgotten when the gateway ends')).toBeVisible()
  await expect(page.getByRole('row').filter({ hasText: 'current_time' }).first()).toBeVisible()
  await openActivity(page)
  await expect(callOf(page, 'current_time')).toHaveCount(1)
})

/**
 * Scrolls by two rows in each frame, as somebody who turns a wheel fast.
 *
 * @returns the time from frame to frame, and what the main thread needed for one on average, both in ms
 */
async function scrollUp(page: Page, count: number): Promise<{ frames: number[]; ownMs: number }> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  const busy = async () => (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
  const before = await busy()
  const frames = await page.evaluate(
    (wanted) =>
      new Promise<number[]>((resolve) => {
        const times: number[] = []
        let last = performance.now()
        const step = (now: number) => {
          times.push(now - last)
          last = now
          if (times.length > wanted) return resolve(times.slice(1))
          scrollBy(0, -2 * 50)
          requestAnimationFrame(step)
        }
        requestAnimationFrame(step)
      }),
    count,
  )
  const ownMs = (((await busy()) - before) * 1000) / frames.length
  await devtools.detach()
  return { frames, ownMs }
}

test('ten thousand calls are scrolled through, and new ones do not move what is read', async ({ page, gateway }) => {
  test.setTimeout(180_000)
  const CALLS = 10_000
  const client = lightClient(16)
  const { params, headers } = modern('tools/call', { name: 'current_time', arguments: {} })
  const token = await gateway.token()
  const call = (id: number) =>
    client.send({ url: `${gateway.mcpUrl}/default`, token, headers, body: { jsonrpc: '2.0', id, method: 'tools/call', params } })
  for (let made = 0; made < CALLS; made += 16)
    await Promise.all(Array.from({ length: Math.min(16, CALLS - made) }, (_, one) => call(made + one)))

  await openActivity(page)
  const grid = page.getByRole('grid', { name: 'Calls' })
  await expect(callOf(page, 'current_time').first()).toBeVisible()
  await rowsOf(page).nth(1).focus()
  // Each time to the end of what was read, which brings the next page.
  await expect(async () => {
    await page.keyboard.press('End')
    expect(await grid.getAttribute('aria-rowcount')).toBe(String(CALLS + 1))
  }).toPass({ timeout: 120_000, intervals: [30] })
  await expect(page.getByText('Those were all 10,000.')).toBeVisible()
  expect(await rowsOf(page).count()).toBeLessThan(100)

  const { frames, ownMs } = await scrollUp(page, 300)
  const median = frames.toSorted((a, b) => a - b)[Math.floor(frames.length / 2)] ?? 0
  // biome-ignore lint/suspicious/noConsole: the figures are the result
  console.log(
    `${frames.length} frames of two rows each: ${ownMs.toFixed(1)} ms of its own in a frame, ${median.toFixed(1)} ms from frame to frame`,
  )
  // What the page itself needs, and not what else runs on the machine: less than a sixtieth of a second.
  expect(ownMs).toBeLessThan(1000 / 60)

  // Read somewhere in the middle: new calls wait above.
  await page.evaluate(() => scrollTo(0, 5000))
  const middle = rowsOf(page).nth(20)
  const index = await middle.getAttribute('aria-rowindex')
  const id = await middle.getAttribute('data-call')
  const place = await middle.boundingBox()
  for (let made = 0; made < 3; made++) await call(CALLS + made)
  await expect(page.getByRole('button', { name: '3 new calls' })).toBeVisible()
  const same = page.locator(`[data-call="${id}"]`)
  expect(await same.boundingBox()).toEqual(place)
  expect(await same.getAttribute('aria-rowindex')).toBe(index)
  await page.getByRole('button', { name: '3 new calls' }).click()
  await expect(page.getByRole('button', { name: '3 new calls' })).toHaveCount(0)
  await expect(rowsOf(page).nth(1)).toHaveAttribute('aria-rowindex', '2')

  // Paused, a call waits too, wherever one reads.
  await page.getByRole('button', { name: 'Pause' }).click()
  const newest = await rowsOf(page).nth(1).getAttribute('data-call')
  await call(CALLS + 3)
  await expect(page.getByRole('button', { name: '1 new call' })).toBeVisible()
  expect(await rowsOf(page).nth(1).getAttribute('data-call')).toBe(newest)
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(rowsOf(page).nth(1)).not.toHaveAttribute('data-call', newest ?? '')
  client.rest()
})

test('a bar, a server and a token lead to their calls, and a server has a history', async ({ page, gateway }) => {
  await gateway.addServer('Mortal', badServer, 'plain')
  const client = await connect(gateway, await gateway.token())
  await client.callTool({ name: 'tell', arguments: {} })
  await openActivity(page)
  await expect(rowsOf(page)).toHaveCount(2)

  // The last bar is the hour that runs.
  const bars = page.getByRole('toolbar', { name: /^Calls over time/ })
  await bars.getByRole('button').first().focus()
  await page.keyboard.press('End')
  await expect(bars.getByRole('button').last()).toBeFocused()
  await expect(bars.getByRole('button').last()).toHaveAccessibleName(/1 call, 0 failed/)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/from=\d+&to=\d+/)
  await expect(rowsOf(page)).toHaveCount(2)
  await bars.getByRole('button').first().focus()
  await page.keyboard.press('Enter')
  // Nothing was called then, so there is nothing to show.
  await expect(rowsOf(page)).toHaveCount(2)

  // The server ends in the middle of a call: the call failed, and its history says so while one looks.
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: /Mortal/ }).click()
  await page.getByRole('tab', { name: 'History' }).click()
  const moments = page.getByRole('region', { name: 'History' }).getByRole('listitem')
  await expect(moments.first()).toContainText('Connected')
  await client.callTool({ name: 'die', arguments: {} }).catch(() => {})
  const failed = moments.filter({ hasText: 'Error' }).first()
  await expect(failed).toContainText('ended')
  await expect(failed.locator('code, .font-mono')).not.toBeEmpty()
  await page.getByRole('tab', { name: 'Calls' }).click()
  await page.getByRole('link', { name: 'All calls to this server' }).click()
  await expect(page.getByRole('combobox', { name: 'Server' })).toContainText('Mortal')
  await expect(rowsOf(page)).toHaveCount(3)
  await callOf(page, 'die').getByRole('link').click()
  await expect(page.getByRole('alert')).toContainText('SERVER_UNAVAILABLE')
  await page.getByRole('link', { name: 'test-1' }).click()
  await page.getByRole('link', { name: 'Its calls' }).click()
  await expect(page.getByRole('combobox', { name: 'Client' })).toContainText('test-1')
  await expect(rowsOf(page)).toHaveCount(3)
  await client.close()
})
