// What the app does beside its window: the tray, another launch, a link, a gateway that is there already, the quit.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { badServer, childrenOf, realServer, runCliJson, startGateway, waitFor } from '@local-mcp/testing'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Page } from '@playwright/test'
import { appArgs, type DesktopApp, desktopEnv, executableOf, startDesktop } from '../hosts/desktop.ts'
import { desktopHost, expect, test } from '../hosts/desktop-journey.ts'
import { choose, lookAt, NO_TRAY } from '../hosts/tray.ts'

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 })
const windows = (app: DesktopApp) => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
const say = (app: DesktopApp, response: number) =>
  app.electron.evaluate(({ dialog }, chosen) => {
    const asked: string[] = []
    Object.assign(globalThis, { asked })
    dialog.showMessageBox = (async (options: { message: string }) => {
      asked.push(options.message)
      return { response: chosen, checkboxChecked: false }
    }) as never
  }, response)
const asked = (app: DesktopApp) => app.electron.evaluate(() => (globalThis as never as { asked: string[] }).asked)

/** One more launch on the same data. @returns how it ended, and after how many ms */
async function launchAgain(dataDir: string, ...args: string[]): Promise<{ code: number | null; ms: number }> {
  const begun = performance.now()
  const child = spawn(executableOf(desktopHost), [...appArgs, ...args], { env: desktopEnv({ dataDir }), stdio: 'ignore' })
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { code, ms: performance.now() - begun }
}

async function connect(mcpUrl: string, token: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  const headers = { Authorization: `Bearer ${token}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${mcpUrl}/default`), { requestInit: { headers } }) as never)
  return client
}

test.describe('the tray', () => {
  test.skip(desktopHost === 'electron', NO_TRAY)

  test('says how it is, copies endpoints, backs up, and works with the window closed', async ({ page, app, gateway }) => {
    await expect(heading(page, 'Overview')).toBeVisible()
    await expect.poll(async () => (await lookAt(app)).items[0]?.label).toBe('Running: 1 of 1 servers connected')
    await choose(app, 'Copy endpoint of a profile', 'Default')
    expect(await app.electron.evaluate(({ clipboard }) => clipboard.readText())).toBe(`${gateway.mcpUrl}/default`)

    await say(app, 0)
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
    await expect.poll(() => windows(app)).toBe(0)
    await gateway.addServer('Everything', realServer.everything)
    await expect.poll(async () => (await lookAt(app)).items[0]?.label).toBe('Running: 2 of 2 servers connected')
    await choose(app, 'Back up now')
    await expect.poll(async () => (await gateway.cli<unknown[]>('backup', 'ls')).length).toBe(1)

    await gateway.cli('server', 'add', '--name', 'Waiting', '--command', 'cat')
    await expect.poll(async () => (await lookAt(app)).items[0]?.label).toBe('1 server needs you')
    const [window] = await Promise.all([app.electron.waitForEvent('window'), choose(app, 'Restore…')])
    await expect(heading(window, 'Backups')).toBeVisible()
  })

  test('lists calls that failed, and tells a person where one is needed', async ({ page, app, gateway }) => {
    await expect(heading(page, 'Overview')).toBeVisible()
    await say(app, 0)
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
    await expect.poll(() => windows(app)).toBe(0)
    await gateway.addServer('Failing', badServer, 'plain')
    const client = await connect(gateway.mcpUrl, await gateway.token())
    const { tools } = await client.listTools()
    const failing = tools.find(({ name }) => name === 'die')?.name ?? ''
    await client.callTool({ name: failing, arguments: {} }).catch(() => {})
    await client.close()
    await expect
      .poll(async () => (await lookAt(app)).items.find(({ label }) => label === 'Recent failures')?.submenu.join())
      .toContain(failing)

    await gateway.cli('server', 'add', '--name', 'Waiting', '--command', 'cat')
    await expect
      .poll(async () => (await lookAt(app)).notifications)
      .toContainEqual({ title: 'Waiting waits for your approval', body: 'Nothing of it runs before you have read what it does.' })
    const [window] = await Promise.all([
      app.electron.waitForEvent('window'),
      app.electron.evaluate(() =>
        (globalThis as never as { __standIn: { notifications: { click(): void }[] } }).__standIn.notifications.at(-1)?.click(),
      ),
    ])
    await expect(heading(window, 'Waiting')).toBeVisible()
  })

  test('resets in two steps, each of which can be left', async ({ page, app, gateway }) => {
    await expect(heading(page, 'Overview')).toBeVisible()
    await gateway.cli('server', 'add', '--name', 'Precious', '--command', 'cat')
    await say(app, 0)
    await choose(app, 'Reset…')
    await expect.poll(() => asked(app)).toEqual(['Reset everything?'])
    expect(await gateway.cli<unknown[]>('server', 'ls')).toHaveLength(2)
    await say(app, 1)
    await choose(app, 'Reset…')
    await expect.poll(() => asked(app)).toEqual(['Reset everything?', 'A backup is made first. Reset now?'])
    await expect.poll(async () => (await gateway.cli<unknown[]>('server', 'ls').catch(() => [])).length, { timeout: 20_000 }).toBe(1)
  })

  test('a gateway that is stopped can be started, and what needs one is grey meanwhile', async ({ page, app, gateway }) => {
    await gateway.cli('profile', 'ls')
    await choose(app, 'Stop gateway')
    await expect(heading(page, 'The gateway is stopped')).toBeVisible()
    const grey = (await lookAt(app)).items.filter(({ enabled }) => !enabled).map(({ label }) => label)
    expect(grey).toEqual(expect.arrayContaining(['Back up now', 'Restore…', 'Reset…', 'Copy endpoint of a profile']))
    await choose(app, 'Start gateway')
    await expect(heading(page, 'Overview')).toBeVisible()
    await expect.poll(async () => (await lookAt(app)).tooltip).toBe('Local MCP Gateway: Running: 1 of 1 servers connected')
  })

  test('the session starts the app without a window, if that is chosen', async ({ app, dataDir }) => {
    test.skip(process.platform !== 'linux', 'other systems keep it where only they can look')
    const file = `${dataDir}/config/autostart/local-mcp-gateway.desktop`
    await choose(app, 'Start with the computer')
    expect(await readFile(file, 'utf8')).toMatch(/^Exec=".+" "--hidden"$/m)
    expect((await lookAt(app)).items.find(({ label }) => label === 'Start with the computer')?.checked).toBe(true)
    await choose(app, 'Start with the computer')
    expect(existsSync(file)).toBe(false)
  })
})

test('started with the session it has no window, and another launch opens one', async ({ dataDir }) => {
  const app = await startDesktop({ host: desktopHost, dataDir, args: ['--hidden'] })
  try {
    await app.gateway()
    expect(await windows(app)).toBe(0)
    const [window, second] = await Promise.all([app.electron.waitForEvent('window'), launchAgain(dataDir)])
    expect(second.code).toBe(0)
    // Nothing is there yet: it begins with the first steps.
    await expect(heading(window, 'Which tools should your clients have?')).toBeVisible()
  } finally {
    await app.close()
  }
})

test('the first close explains that the gateway goes on, the second does not', async ({ page, app, dataDir }) => {
  await expect(heading(page, 'Overview')).toBeVisible()
  await say(app, 0)
  const close = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await close()
  await expect.poll(() => windows(app)).toBe(0)
  await Promise.all([app.electron.waitForEvent('window'), launchAgain(dataDir)])
  await close()
  await expect.poll(() => windows(app)).toBe(0)
  expect(await asked(app)).toEqual(['The gateway goes on without its window'])
})

test('links only fill in a form, whatever is in them', async ({ page, app, gateway, dataDir }) => {
  const snippet = JSON.stringify({
    mcpServers: { evil: { command: 'touch', args: [`${dataDir}/was-run`], env: { A: '<img src=x onerror=alert(1)>' } } },
  })
  const follow = (link: string) => launchAgain(dataDir, '--', link)
  await follow(`local-mcp://servers/add?config=${encodeURIComponent(snippet)}`)
  await expect(heading(page, 'Add server')).toBeVisible()
  await expect(page.getByText('This text came with a link')).toBeVisible()
  await expect(page.getByRole('textbox').first()).toHaveValue(snippet)
  expect(page.url()).not.toContain('paste')
  // The person goes on as far as they can without an approval.
  await page.getByRole('button', { name: 'Continue' }).click()
  expect(await gateway.cli<unknown[]>('server', 'ls')).toHaveLength(1)
  expect(existsSync(`${dataDir}/was-run`)).toBe(false)

  // Nothing comes of these, nor of a flood.
  await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
  const hostile = [
    'local-mcp://run/now',
    'local-mcp://open/..%2f..',
    `local-mcp://servers/add?config=${'x'.repeat(20_000)}`,
    'local-mcp://servers/add?config=a%00b',
    'local-mcp://%zz',
  ]
  for (const link of hostile) expect((await follow(link)).code).toBe(0)
  await app.electron.evaluate(({ app: electronApp }) => {
    for (let i = 0; i < 1000; i++) electronApp.emit('open-url', { preventDefault() {} }, 'local-mcp://run/now')
    for (let i = 0; i < 1000; i++) electronApp.emit('open-url', { preventDefault() {} }, `local-mcp://servers/add?config=${i}`)
  })
  // One of the flood was heard, and no more.
  await expect(page.getByRole('textbox').first()).toHaveValue('0')
  expect(await windows(app)).toBe(1)
})

test('a launch with garbage for arguments opens the window of the first, and that is all', async ({ page, app, dataDir }) => {
  await expect(heading(page, 'Overview')).toBeVisible()
  const garbage = [
    '--inspect=9229',
    '--remote-debugging-port=9',
    '--gpu-launcher=sh -c "id"',
    '\u202e',
    '../../etc',
    '-r',
    'x'.repeat(5000),
    '--hidden',
  ]
  expect((await launchAgain(dataDir, ...garbage)).code).toBe(0)
  expect(await windows(app)).toBe(1)
  await expect(heading(page, 'Overview')).toBeVisible()
})

test('settings that somebody tampered with are those of the first day', async ({ dataDir }) => {
  const app = await startDesktop({ host: desktopHost, dataDir, args: ['--hidden'] })
  await app.close()
  const config = `${dataDir}/config`
  const [folder] = (await readdir(config)).filter((name) => name.startsWith('local-mcp-gateway'))
  const place = { x: 1e9, y: 'a', width: -1 }
  await writeFile(
    `${config}/${folder}/settings.json`,
    JSON.stringify({ place, port: 'DROP TABLE', preload: '/tmp/evil.cjs', updates: null }),
  )
  const again = await startDesktop({ host: desktopHost, dataDir })
  try {
    await expect(heading(await again.window(), 'Overview')).toBeVisible()
    const { width, height } = await again.electron.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds() ?? { width: 0, height: 0 },
    )
    expect([width, height]).toEqual([1180, 800])
  } finally {
    await again.close()
  }
})

test('started by a client that only starts commands it is a bridge, and no second app', async ({ app, gateway, dataDir }) => {
  expect(gateway.event).toBe('ready')
  const bridge = spawn(executableOf(desktopHost), [...appArgs, 'stdio', '--profile', 'default'], {
    env: desktopEnv({ dataDir }),
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const answer = new Promise<string>((resolve) => bridge.stdout.once('data', (chunk) => resolve(String(chunk))))
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
  bridge.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`)
  expect(JSON.parse(await answer)).toMatchObject({ jsonrpc: '2.0', id: 1, result: { protocolVersion: '2025-06-18' } })
  const ended = new Promise((resolve) => bridge.once('exit', resolve))
  bridge.stdin.end()
  expect(await ended).toBe(0)
  expect(await windows(app)).toBe(1)
})

test('the window opens where it was closed', async ({ page, app, dataDir }) => {
  await expect(heading(page, 'Overview')).toBeVisible()
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 60, width: 900, height: 640 }))
  await app.close()
  const again = await startDesktop({ host: desktopHost, dataDir })
  try {
    await again.window()
    const bounds = await again.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds())
    expect(bounds).toEqual({ x: 40, y: 60, width: 900, height: 640 })
  } finally {
    await again.close()
  }
})

test('a gateway that runs already is not disturbed: the window attaches to it, and takes over when it ends', async ({ dataDir }) => {
  const headless = await startGateway({ databasePath: `${dataDir}/db.sqlite` })
  const app = await startDesktop({ host: desktopHost, dataDir })
  try {
    const page = await app.window()
    await expect(heading(page, 'Overview')).toBeVisible()
    await headless.cli('server', 'add', '--name', 'Theirs', '--command', 'cat')
    await page.getByRole('navigation').getByRole('link', { name: 'Servers' }).click()
    await expect(page.getByRole('listitem').filter({ hasText: 'Theirs' })).toBeVisible()
    if (desktopHost === 'stand-in') {
      const { items } = await lookAt(app)
      expect(items[0]?.label).toContain('started outside of this app')
      expect(items.find(({ label }) => label === 'Stop gateway')?.enabled).toBe(false)
    }
    expect(await headless.stop()).toBe(0)
    await expect
      .poll(async () => (await runCliJson<{ running: boolean }>({ databasePath: `${dataDir}/db.sqlite` }, 'status')).running)
      .toBe(true)
    await runCliJson({ databasePath: `${dataDir}/db.sqlite` }, 'server', 'add', '--name', 'Ours', '--command', 'cat')
    await expect(page.getByRole('listitem').filter({ hasText: 'Ours' })).toBeVisible({ timeout: 20_000 })
  } finally {
    await app.close()
    await headless.stop()
  }
})

test('quitting waits for a call that is under way, says so, and refuses new ones', async ({ page, app, gateway, dataDir }) => {
  await expect(heading(page, 'Overview')).toBeVisible()
  await gateway.addServer('Everything', realServer.everything)
  const client = await connect(gateway.mcpUrl, await gateway.token())
  const slow = client.callTool({ name: 'trigger-long-running-operation', arguments: { duration: 3, steps: 1 } })
  await expect(page.getByRole('row').filter({ hasText: 'trigger-long-running-operation' })).toBeVisible()
  const child = app.electron.process()
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await app.electron.evaluate(({ app: electronApp }) => electronApp.quit())
  await expect(heading(page, 'Quitting')).toBeVisible()
  await expect(page.getByRole('status')).toContainText('One call is under way')
  await page.screenshot({ path: '.cache/screens/quitting-light.png' })
  const refused = await fetch(`${gateway.mcpUrl}/default`, { method: 'POST' })
  expect(refused.status).toBe(503)
  expect(JSON.stringify((await slow).content)).toContain('completed')
  expect(await ended).toBe(0)
  expect(existsSync(`${dataDir}/control.json`)).toBe(false)
})

const LAUNCHES = process.env.LMG_ENDURANCE ? 100 : 3

test(`${LAUNCHES} double launches and kill -9 of the first: one has it, the other ends, and the data is free at once`, async ({
  dataDir,
}) => {
  test.setTimeout(LAUNCHES * 20_000)
  await mkdir(`${dataDir}/config`, { recursive: true })
  const start = (): ChildProcess =>
    spawn(executableOf(desktopHost), [...appArgs, '--hidden'], { env: desktopEnv({ dataDir }), stdio: 'ignore' })
  const controlPid = async () => {
    const text = await readFile(`${dataDir}/control.json`, 'utf8').catch(() => '{}')
    return (JSON.parse(text || '{}') as { pid?: number }).pid
  }
  const times: number[] = []
  for (let round = 0; round < LAUNCHES; round++) {
    const both = [start(), start()]
    const begun = performance.now()
    const ends = both.map((child) => new Promise<ChildProcess>((resolve) => child.once('exit', () => resolve(child))))
    const second = await Promise.race(ends)
    times.push(performance.now() - begun)
    expect(second.exitCode).toBe(0)
    const first = both.find((child) => child !== second) as ChildProcess
    await waitFor('the first to serve', async () => (await controlPid()) === first.pid, 20_000)
    first.kill('SIGKILL')
    await Promise.all(ends)
  }
  const app = await startDesktop({ host: desktopHost, dataDir })
  await expect(heading(await app.window(), 'Overview')).toBeVisible()
  await app.close()
  process.stdout.write(
    `[measured] ${LAUNCHES} of ${LAUNCHES} double launches: the second ended after ${Math.round(Math.max(...times))} ms at most\n`,
  )
})

test('cold start to a window that can be used, and what it takes when idle', async ({ dataDir }) => {
  test.skip(desktopHost !== 'stand-in' || process.platform !== 'linux', 'in Electron the system’s own tools say it better')
  const times: number[] = []
  const takes: string[] = []
  for (let round = 0; round < (process.env.LMG_ENDURANCE ? 5 : 1); round++) {
    const begun = performance.now()
    const app = await startDesktop({ host: desktopHost, dataDir })
    const page = await app.window()
    await expect(heading(page, 'Overview')).toBeVisible()
    times.push(Math.round(performance.now() - begun))
    const descendants = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...descendants(child)])
    const ownMemory = async (pid: number) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
      return [/RssAnon:\s+(\d+)/, /RssShmem:\s+(\d+)/].reduce((sum, line) => sum + Number(line.exec(status)?.[1] ?? 0), 0) / 1024
    }
    const main = app.electron.process().pid as number
    const sizes: number[] = []
    for (const pid of descendants(main)) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      if (command.includes('--type=renderer')) sizes.push(await ownMemory(pid))
    }
    takes.push(`main ${Math.round(await ownMemory(main))} MB, renderer ${Math.round(Math.max(...sizes))} MB`)
    await app.close()
  }
  process.stdout.write(
    `[measured] cold start to the overview: ${times.join(', ')} ms; memory without pages of files: ${takes.join('; ')}\n`,
  )
})
