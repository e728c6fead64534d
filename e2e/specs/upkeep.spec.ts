import { writeFileSync } from 'node:fs'
import { badServer, tempDir } from '@local-mcp/testing'
import { expect, test } from '../hosts/journey.ts'

test('a server is listed again, its output is read, and it is kept running', async ({ page, gateway }) => {
  await using dir = await tempDir()
  const list = `${dir.path}/tools.json`
  const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })
  writeFileSync(list, JSON.stringify([tool('stays'), tool('goes')]))
  await gateway.addServer('Listed', badServer, 'listed', list)
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: /Listed/ }).click()
  await expect(page.getByText('goes', { exact: true })).toBeVisible()

  writeFileSync(list, JSON.stringify([tool('stays'), tool('comes')]))
  await page.getByRole('button', { name: 'List again' }).click()
  await expect(page.getByText('1 new, 1 gone, 0 changed').first()).toBeVisible()
  await expect(page.getByText('comes', { exact: true })).toBeVisible()

  await page.getByRole('tab', { name: 'Output' }).click()
  await expect(page.getByText('It has written nothing.')).toBeVisible()

  await page.getByRole('tab', { name: 'Settings' }).click()
  await expect(page.getByText('Is ended after a while; the next call starts it')).toBeVisible()
  await page.getByRole('link', { name: 'Change' }).click()
  await page.getByText('Advanced').click()
  await page.getByRole('checkbox', { name: 'Keep it running' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('tab', { name: 'Settings' }).click()
  await expect(page.getByText('Goes on running')).toBeVisible()
  expect(await gateway.cli('server', 'ls')).toContainEqual(expect.objectContaining({ name: 'Listed', keepAlive: true, approved: true }))
})

test('what a chatty program wrote is shown, the oldest of it no more', async ({ page, gateway }) => {
  await gateway.addServer('Chatty', badServer, 'chatty')
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: /Chatty/ }).click()
  await expect(page.getByText('Connected').first()).toBeVisible()
  await page.getByRole('tab', { name: 'Output' }).click()
  await expect(page.getByRole('group', { name: 'Output' })).toContainText('line 10000')
  await expect(page.getByText(/older lines are no longer kept/)).toBeVisible()
})

test('how long a command may go unused is set for all', async ({ page, gateway }) => {
  await gateway.addServer('Any', badServer, 'plain')
  await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('tab', { name: 'Gateway' }).click()
  const minutes = page.getByRole('textbox', { name: 'Minutes (0: never)' })
  await expect(minutes).toHaveValue('30')
  const save = page.getByRole('region', { name: 'Unused commands' }).getByRole('button', { name: 'Save' })
  await minutes.fill('soon')
  await save.click()
  await expect(minutes).toHaveAttribute('aria-invalid', 'true')
  await minutes.fill('45')
  await save.click()
  await expect(page.getByText('Saved').first()).toBeVisible()
  expect(await gateway.cli('server', 'settings')).toEqual({ idleMinutes: 45 })
})
