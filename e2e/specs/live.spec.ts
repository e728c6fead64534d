import { rmSync, writeFileSync } from 'node:fs'
import { badServer, lightClient, modern, tempDir } from '@local-mcp/testing'
import type { Page } from '@playwright/test'
import { expect, test } from '../hosts/headless.ts'

/** React shows a page that was loaded after 300 ms at the latest. Who asks again and again within that is seen asking. */
const LONGEST_TIMER_MS = 300
const WITHIN_MS = 1000

/**
 * A page on which time stands still: the clock on the wall does not move, no interval ever comes round, and no timer of
 * more than 0.3 s goes off. What still changes was told to it.
 *
 * @returns what has left the page since it was last asked
 */
async function stopTime(page: Page): Promise<() => string[]> {
  const left: string[] = []
  page.on('request', (request) => left.push(request.url()))
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => left.push(String(payload))))
  await page.addInitScript((longest) => {
    const now = Date.now()
    Date.now = () => now
    window.setInterval = (() => 0) as unknown as typeof setInterval
    const later = window.setTimeout.bind(window)
    window.setTimeout = ((run: () => void, ms = 0, ...rest: []) =>
      ms <= longest ? later(run, ms, ...rest) : 0) as unknown as typeof setTimeout
  }, LONGEST_TIMER_MS)
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  return () => left.splice(0)
}

test('with its clock stopped, a window sees a server fail and a call arrive within a second, and asks for neither', async ({
  page,
  gateway,
}) => {
  await using dir = await tempDir()
  const list = `${dir.path}/tools.json`
  writeFileSync(list, JSON.stringify([{ name: 'echo', inputSchema: { type: 'object' } }]))
  await gateway.addServer('Mortal', badServer, 'listed', list)
  const url = `${gateway.mcpUrl}/default`
  const token = await gateway.token()
  const leaves = await stopTime(page)

  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  const row = page.getByRole('listitem').filter({ hasText: 'Mortal' })
  await expect(row.locator('[data-state="connected"]')).toBeVisible()
  const { pid } = await gateway.cli<{ pid: number }>('server', 'status', 'mortal')
  // Without it the program cannot come back, so it stays red.
  rmSync(list)
  await page.evaluate(() => new Promise(requestAnimationFrame))
  leaves()

  let began = performance.now()
  process.kill(pid, 'SIGKILL')
  await row.locator('[data-state="error"]').waitFor()
  const red = performance.now() - began
  // Which servers use how much is asked for on the overview alone.
  expect(leaves()).toEqual([])

  await page.getByRole('navigation').getByRole('link', { name: 'Activity' }).click()
  await expect(page.getByText('No calls yet')).toBeVisible()
  await expect(page.getByText('No calls in this time.')).toBeVisible()
  leaves()
  const client = lightClient(1)
  const { params, headers } = modern('tools/call', { name: 'current_time', arguments: {} })
  began = performance.now()
  const answered = client.send({ url, token, headers, body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params } })
  await page.getByRole('row').filter({ hasText: 'current_time' }).waitFor()
  const seen = performance.now() - began
  await answered
  client.rest()
  // biome-ignore lint/suspicious/noConsole: the figures are the result
  console.log(`a killed server was red after ${red.toFixed(0)} ms, a call was in the list after ${seen.toFixed(0)} ms`)
  expect(red).toBeLessThan(WITHIN_MS)
  expect(seen).toBeLessThan(WITHIN_MS)

  // The sums are read anew because a call has ended; the list was not.
  await expect(page.getByRole('row').filter({ hasText: 'Success' })).toBeVisible()
  expect(leaves().filter((text) => !text.includes('logs/summary') && !text.includes('logs/usage'))).toEqual([])
})
