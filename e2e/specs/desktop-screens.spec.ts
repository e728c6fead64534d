// What the window shows where something has failed: each has a screen that was designed for it.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { runCliJson, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import type { Page } from '@playwright/test'
import Database from 'better-sqlite3'
import { type DesktopOptions, startDesktop } from '../hosts/desktop.ts'
import { desktopHost, expect, test } from '../hosts/desktop-journey.ts'
import { choose, NO_TRAY } from '../hosts/tray.ts'

test.use({ isHostile: true })

/** In light and dark, kept for whoever wants to look at them. */
async function shoot(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.screenshot({ path: `.cache/screens/${name}-${colorScheme}.png` })
  }
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 })
const isRunning = async (dataDir: string) =>
  (await runCliJson<{ running: boolean }>({ databasePath: `${dataDir}/db.sqlite` }, 'status')).running

/** The app on a folder that was prepared, until the test is over. */
async function startOn(dataDir: string, options: Partial<DesktopOptions> = {}) {
  const app = await startDesktop({ ...options, host: desktopHost, dataDir })
  return { app, page: await app.window(), [Symbol.asyncDispose]: () => app.close() }
}

/** Somebody else on a port of this computer. */
async function squat(host: string, port = 0) {
  const server = createServer((_req, res) => res.end('not the gateway'))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ host, port, exclusive: true }, resolve))
  const { port: taken } = server.address() as { port: number }
  return { port: taken, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}

test('the renderer is killed: the window says so and opens again, and clients notice nothing', async ({ page, app, gateway }) => {
  await expect(heading(page, 'Overview')).toBeVisible()
  await app.electron.evaluate(({ BrowserWindow, dialog }) => {
    dialog.showMessageBox = (async () => ({ response: 0, checkboxChecked: false })) as never
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer()
  })
  const url = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL() ?? '')
  await waitFor('the notice', async () => (await url()).endsWith('/~/notice'))
  await gateway.cli('profile', 'ls')
  // Playwright is done with a page that crashed: the next window is looked at.
  const next = app.electron.waitForEvent('window')
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await waitFor('no window', () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length === 0))
  await app.electron.evaluate(({ app: electronApp }) => electronApp.emit('activate'))
  const again = await next
  await expect(heading(again, 'The window ended unexpectedly')).toBeVisible()
  await shoot(again, 'renderer-killed')
  await again.getByRole('link', { name: 'Open it again' }).click()
  await expect(heading(again, 'Overview')).toBeVisible()
})

test('an uncaught error in main: the gateway is taken down, and the window says so', async ({ page, app, gateway, dataDir }) => {
  await gateway.cli('profile', 'ls')
  await app.electron.evaluate(() => {
    setTimeout(() => {
      throw new Error('<b>boom</b>')
    })
  })
  await expect(heading(page, 'Something went wrong in the app')).toBeVisible()
  await expect(page.getByText('<b>boom</b>')).toBeVisible()
  await shoot(page, 'uncaught-error')
  await waitFor('the data to be free', async () => !(await isRunning(dataDir)))
  const child = app.electron.process()
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await page.getByRole('link', { name: 'Restart the app' }).click()
  expect(await ended).toBe(0)
})

test('the folder of the data cannot be there: the window says where, and what helps', async ({ dataDir }) => {
  await writeFile(`${dataDir}/file`, '')
  await using opened = await startOn(dataDir, { env: { DATABASE_PATH: `${dataDir}/file/data/db.sqlite` } })
  await expect(heading(opened.page, 'The database does not open')).toBeVisible()
  await expect(opened.page.getByRole('alert')).toContainText(`${dataDir}/file`)
  await shoot(opened.page, 'data-folder-gone')
})

test('the folder of the data goes while it runs: the window says that it is not ready, and why', async ({ page, dataDir }) => {
  await expect(heading(page, 'Overview')).toBeVisible()
  for (const name of (await readdir(dataDir)).filter((one) => one !== 'config')) await rm(`${dataDir}/${name}`, { recursive: true })
  await page.getByRole('navigation').getByRole('link', { name: 'Health' }).click()
  await expect(page.getByText('the file was moved, deleted or replaced')).toBeVisible()
  await shoot(page, 'data-gone-while-running')
})

test('a database of a newer version is refused untouched', async ({ dataDir }) => {
  const databasePath = `${dataDir}/db.sqlite`
  await (await startGateway({ databasePath })).stop()
  const database = new Database(databasePath)
  database.exec(`UPDATE schema_migrations SET version = version + 100 WHERE version = (SELECT max(version) FROM schema_migrations)`)
  database.close()
  const before = await readFile(databasePath)
  await using opened = await startOn(dataDir)
  await expect(heading(opened.page, 'The database does not open')).toBeVisible()
  await expect(opened.page.getByText('MIGRATION_AHEAD')).toBeVisible()
  await shoot(opened.page, 'newer-schema')
  expect((await readFile(databasePath)).equals(before)).toBe(true)
})

test('the disk is full: the window says so', async ({ dataDir }, info) => {
  const disk = `${dataDir}/disk`
  await mkdir(disk)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk]).status === 0
  info.skip(!mounted, 'mounting a small tmpfs is not allowed here')
  try {
    await using opened = await startOn(dataDir, { env: { DATABASE_PATH: `${disk}/db.sqlite` } })
    await expect(heading(opened.page, /does not open|could not start/)).toBeVisible()
    await expect(opened.page.getByRole('alert')).toContainText(/full|space/i)
    await shoot(opened.page, 'disk-full')
  } finally {
    execFileSync('umount', ['-l', disk])
  }
})

test('the key of the secrets is locked: everything else works, and the window says how to unlock', async ({ page, app, dataDir }) => {
  const nav = page.getByRole('navigation')
  await nav.getByRole('link', { name: 'Secrets' }).click()
  await page.getByRole('button', { name: 'Choose where the key is kept' }).click()
  await page.getByLabel('Passphrase', { exact: true }).fill('correct horse')
  await page.getByLabel('The same again').fill('correct horse')
  await page.getByRole('button', { name: 'Keep it there' }).click()
  await expect(page.getByText('The key is made from your passphrase')).toBeVisible()
  await runCliJson({ databasePath: `${dataDir}/db.sqlite`, input: 'a-value-to-be-sealed' }, 'secret', 'set', 'one')
  await app.close()
  await using opened = await startOn(dataDir)
  await opened.page.getByRole('navigation').getByRole('link', { name: 'Secrets' }).click()
  await expect(opened.page.getByRole('button', { name: 'Unlock' })).toBeVisible()
  await shoot(opened.page, 'key-locked')
})

test('the port is taken: who has it is said, and another one is only taken when a person chooses it', async ({ dataDir }) => {
  await using other = await squat('127.0.0.1')
  await using free = await squat('127.0.0.1')
  await free[Symbol.asyncDispose]()
  // As a person has it: the settings say which port, not a variable.
  const first = await startDesktop({ host: desktopHost, dataDir, args: ['--hidden'] })
  await first.close()
  const [folder] = (await readdir(`${dataDir}/config`)).filter((name) => name.startsWith('local-mcp-gateway'))
  const settings = `${dataDir}/config/${folder}/settings.json`
  await writeFile(settings, JSON.stringify({ port: other.port }))
  const begun = performance.now()
  await using opened = await startOn(dataDir, { env: { PORT: '' } })
  await expect(heading(opened.page, `Port ${other.port} is taken`)).toBeVisible()
  process.stdout.write(`[measured] a taken port was shown ${Math.round(performance.now() - begun)} ms after the launch began\n`)
  await expect(opened.page.getByText(`(pid ${process.pid})`)).toBeVisible()
  await expect(opened.page.getByText('PORT_IN_USE')).toBeVisible()
  await shoot(opened.page, 'port-taken')
  expect(await isRunning(dataDir)).toBe(false)
  await opened.page.getByRole('link', { name: 'Try again' }).click()
  await expect(heading(opened.page, `Port ${other.port} is taken`)).toBeVisible()
  await opened.page.getByLabel('Another port').fill(String(free.port))
  await opened.page.getByRole('button', { name: 'Use this port' }).click()
  await expect(heading(opened.page, 'Overview')).toBeVisible()
  expect(JSON.parse(await readFile(settings, 'utf8'))).toMatchObject({ port: free.port })
})

test('a squatter on [::1] alone is noticed too', async ({ dataDir }) => {
  await using other = await squat('::1')
  await using opened = await startOn(dataDir, { port: other.port })
  await expect(heading(opened.page, `Port ${other.port} is taken`)).toBeVisible()
})

test('a gateway of our own on other data that has the port is named, and not taken for this one', async ({ dataDir }) => {
  await using elsewhere = await tempDir()
  const zombie = await startGateway({ databasePath: `${elsewhere.path}/db.sqlite` })
  const port = Number(new URL(zombie.mcpUrl).port)
  process.kill(zombie.pid, 'SIGSTOP')
  try {
    await using opened = await startOn(dataDir, { port })
    await expect(heading(opened.page, `Port ${port} is taken`)).toBeVisible()
    await expect(opened.page.getByText(`(pid ${zombie.pid})`)).toBeVisible()
    process.kill(zombie.pid, 'SIGCONT')
    await zombie.stop()
    await waitFor('the other one to be gone', async () => zombie.child.exitCode !== null)
    await opened.page.getByRole('link', { name: 'Try again' }).click()
    await expect(heading(opened.page, 'Overview')).toBeVisible()
  } finally {
    zombie.child.kill('SIGKILL')
  }
})

test('stopped from the menu, the window says so and starts it again', async ({ page, app, gateway, dataDir }) => {
  test.skip(desktopHost === 'electron', NO_TRAY)
  await gateway.cli('profile', 'ls')
  await choose(app, 'Stop gateway')
  await expect(heading(page, 'The gateway is stopped')).toBeVisible()
  await shoot(page, 'stopped')
  expect(await isRunning(dataDir)).toBe(false)
  await page.getByRole('link', { name: 'Start gateway' }).click()
  await expect(heading(page, 'Overview')).toBeVisible()
  expect(await isRunning(dataDir)).toBe(true)
})
