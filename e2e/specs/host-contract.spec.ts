// What the app relies on of Electron, one test for each behaviour. Real Electron is the judge of the stand-in.
import { spawn } from 'node:child_process'
import { waitFor } from '@local-mcp/testing'
import type { Page } from '@playwright/test'
import { appArgs, desktopEnv, executableOf } from '../hosts/desktop.ts'
import { desktopHost, expect, test } from '../hosts/desktop-journey.ts'

test.use({ launch: { env: { LOG_LEVEL: 'warn' } }, isHostile: true })

/** The same in the real one and where Chromium refuses the scheme. */
const isOurs = (page: Page) => /^(?:app:\/\/lmg|https:\/\/lmg\.app\.internal)\//.test(page.url())

test('the page runs without Node, apart from the preload script, with its policy in force', async ({ page }) => {
  const seen = await page.evaluate(() => ({
    names: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron', '__toMain', '__fromMain', '__standInOpen'].filter(
      (name) => name in window,
    ),
    isSecure: window.isSecureContext,
  }))
  expect(seen).toEqual({ names: [], isSecure: true })

  const broken = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true })
        const script = document.createElement('script')
        script.textContent = 'window.wasRun = true'
        document.body.append(script)
      }),
  )
  expect(broken).toContain('script-src')
  expect(await page.evaluate(() => 'wasRun' in window)).toBe(false)
  const headers = await page.evaluate(async () => Object.fromEntries((await fetch('/')).headers))
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  expect(headers['x-content-type-options']).toBe('nosniff')
})

test('nothing but the files of the window is served', async ({ page }) => {
  const statuses = await page.evaluate(async () => {
    const paths = ['/../package.json', '/%2e%2e/%2e%2e/package.json', '/assets/../../main.mjs', '/nothing.js', '/~/do/quit']
    return Promise.all(paths.map(async (path) => (await fetch(path)).status))
  })
  expect(statuses.filter((status) => status === 200)).toEqual([])
  expect(await page.evaluate(() => fetch('/', { method: 'POST' }).then(({ status }) => status))).toBe(404)
})

test('the page leads nowhere else and opens no window', async ({ page, app }) => {
  const before = page.url()
  for (const target of ['https://example.com/', 'file:///etc/passwd', 'data:text/html,<h1>x</h1>', 'http://127.0.0.1:4444/']) {
    expect(await page.evaluate((url) => window.open(url), target)).toBeNull()
    await page.evaluate((url) => {
      location.href = url
    }, target)
  }
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  expect(page.url()).toBe(before)
  await waitFor('no other window', async () => app.electron.windows().length === 1)
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
})

test('a page is granted nothing but writing text to the clipboard', async ({ page }) => {
  const states = await page.evaluate(async () => {
    const ask = async (name: string) => (await navigator.permissions.query({ name: name as PermissionName })).state
    return {
      place: await ask('geolocation'),
      notes: await ask('notifications'),
      read: await ask('clipboard-read'),
      write: await ask('clipboard-write'),
    }
  })
  expect(states).toEqual({ place: 'denied', notes: 'denied', read: 'denied', write: 'granted' })
})

test('the port ends when its page is loaded again, and a page hears that main ended it', async ({ page, app }) => {
  await app.electron.evaluate(({ ipcMain }) => {
    const ends: string[] = []
    Object.assign(globalThis, { ends })
    ipcMain.on('lmg:connect', ({ ports: [port] }) => void port?.on('close', () => ends.push('page')))
  })
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await waitFor('the first port to end', () => app.electron.evaluate(() => (globalThis as never as { ends: string[] }).ends.length >= 1))

  // Whoever is refused has its port ended by main: here one of two.
  const heard = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const { port1, port2 } = new MessageChannel()
        port1.addEventListener('close', () => resolve('close'))
        port1.start()
        window.postMessage('lmg:connect', location.origin, [port2])
        // No operation: not even a message of ours.
        port1.postMessage({ not: 'text' })
      }),
  )
  expect(heard).toBe('close')
})

test('messages that are none are answered with the end of their port, and main goes on', async ({ page, app, gateway }) => {
  for (const message of ['{', '{"i":"1"', '{"i":"1","p":{"u":"/__proto__/polluted"}}', `"${'x'.repeat(100_000)}"`, '[]', 'null']) {
    await page.evaluate((text) => {
      const { port1, port2 } = new MessageChannel()
      port1.start()
      window.postMessage('lmg:connect', location.origin, [port2])
      port1.postMessage(text)
    }, message)
  }
  const foreign = await app.electron.evaluate(({ ipcMain, BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    const closed: string[] = []
    const port = (name: string) => ({ close: () => closed.push(name), on() {}, start() {}, postMessage() {} })
    const say = (name: string, sender: unknown, senderFrame: unknown) =>
      ipcMain.emit('lmg:connect', { sender, senderFrame, ports: [port(name)] }, null)
    say('another window', {}, { url: 'app://lmg/', parent: null })
    say('a frame', window?.webContents, { url: 'app://lmg/', parent: {} })
    say('another origin', window?.webContents, { url: 'https://example.com/', parent: null })
    say('a frame that is gone', window?.webContents, null)
    return closed
  })
  expect(foreign).toEqual(['another window', 'a frame', 'another origin', 'a frame that is gone'])
  await gateway.cli('server', 'add', '--name', 'Later', '--command', 'cat')
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'Later' })).toBeVisible()
})

test('closing the window can be prevented; the app goes on without one', async ({ page, app }) => {
  const said = await app.electron.evaluate(({ dialog, BrowserWindow }) => {
    const said: string[] = []
    dialog.showMessageBox = (async (options: { message: string }) => {
      said.push(options.message)
      return { response: 0, checkboxChecked: false }
    }) as never
    BrowserWindow.getAllWindows()[0]?.close()
    // Prevented for as long as the question is open.
    said.push(String(BrowserWindow.getAllWindows().length))
    return said
  })
  expect(said).toEqual(['The gateway goes on without its window', '1'])
  await page.waitForEvent('close').catch(() => {})
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(0)
  expect(app.electron.process().exitCode).toBeNull()
})

test('another launch hands its command line to the first, and ends', async ({ page, app, dataDir }) => {
  await app.electron.evaluate(({ app: electronApp }) => {
    const launches: string[][] = []
    Object.assign(globalThis, { launches })
    electronApp.on('second-instance', (_event, argv) => launches.push(argv))
  })
  const second = spawn(executableOf(desktopHost), [...appArgs, 'local-mcp://open/backups'], {
    env: desktopEnv({ dataDir }),
    stdio: 'ignore',
  })
  expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(0)
  await expect(page.getByRole('heading', { name: 'Backups', level: 1 })).toBeVisible()
  const [argv] = await app.electron.evaluate(() => (globalThis as never as { launches: string[][] }).launches)
  expect(argv?.at(-1)).toBe('local-mcp://open/backups')
})

test('a renderer that ends is told, and the window can be loaded again', async ({ page, app }) => {
  const gone = app.electron.evaluate(
    ({ BrowserWindow }) =>
      new Promise<string>((resolve) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents
        contents?.once('render-process-gone', (_event, { reason }) => resolve(reason))
        contents?.forcefullyCrashRenderer()
      }),
  )
  expect(['crashed', 'killed']).toContain(await gone)
  expect(isOurs(page)).toBe(true)
})

test('a quit asks the app, then the windows, and then it ends', async ({ page, app }) => {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await app.electron.evaluate(({ app: electronApp, BrowserWindow }) => {
    const say = (what: string) => process.stderr.write(`order: ${what}\n`)
    electronApp.on('before-quit', () => say('before-quit'))
    BrowserWindow.getAllWindows()[0]?.on('close', () => say('close'))
    electronApp.on('will-quit', () => say('will-quit'))
    electronApp.on('quit', () => say('quit'))
  })
  await app.close()
  const order = [...app.stderr().matchAll(/^order: (.+)$/gm)].map((match) => match[1])
  // The first one is prevented: the gateway is taken down before the second.
  expect(order).toEqual(['before-quit', 'before-quit', 'close', 'will-quit', 'quit'])
})
