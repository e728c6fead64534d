import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { badServer, isAlive, openRawSession, realServer, runCli, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import { expect, test } from 'vitest'

const launcher = fileURLToPath(new URL('../bin/local-mcp-gateway.mjs', import.meta.url))

async function pidsOfServers(gateway: Awaited<ReturnType<typeof startGateway>>): Promise<number[]> {
  const servers = (await gateway.cli('server', 'ls')) as unknown as { status: { pid: number | null } }[]
  return servers.flatMap(({ status }) => status.pid ?? [])
}

test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s: the servers and what they started are gone within two seconds',
  async (signal) => {
    await using dir = await tempDir()
    const gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
    await gateway.addServer('everything', realServer.everything)
    await gateway.addServer('files', realServer.filesystem, dir.path)
    await gateway.addServer('memory', realServer.memory)
    await gateway.addServer('family', badServer, 'grandchild')
    const session = await openRawSession(`${gateway.mcpUrl}/default`, await gateway.token())
    await session.request(1, 'tools/list')
    const { result } = await session.request(2, 'tools/call', { name: 'pid' })
    const family = (result as unknown as { content: { text: string }[] }).content[0]?.text.split(' ').map(Number) ?? []
    const pids = [...(await pidsOfServers(gateway)), ...family]
    expect(new Set(pids).size).toBe(5)
    expect(pids.every(isAlive)).toBe(true)

    gateway.child.kill(signal)
    await waitFor('every process to be gone', () => !pids.some(isAlive), 2000)
    const code = await gateway.exited
    if (signal !== 'SIGKILL') expect(code).toBe(0)
  },
)

test('killing the launcher ends the gateway', async () => {
  await using dir = await tempDir()
  // The channel stands for the launcher: it closes when the launcher dies, however it dies.
  const script = `
    const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, [${JSON.stringify(fileURLToPath(new URL('../dist/main.mjs', import.meta.url)))}, 'serve', '--json'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    process.stderr.write(child.pid + '\\n')`
  const parent = spawn(process.execPath, ['-e', script], {
    env: { ...process.env, PORT: '0', DATABASE_PATH: `${dir.path}/db.sqlite` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let pid = 0
  parent.stderr.on('data', (chunk) => {
    pid ||= Number(String(chunk).split('\n')[0])
  })
  await new Promise((resolve) => parent.stdout.once('data', resolve))
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await waitFor('the gateway to end', () => !isAlive(pid), 5000)
})

test('the command of the package serves, and ends cleanly when asked', async () => {
  await using dir = await tempDir()
  const child = spawn(process.execPath, [launcher, 'serve', '--json'], {
    env: { ...process.env, PORT: '0', DATABASE_PATH: `${dir.path}/db.sqlite` },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let stdout = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  await waitFor('the line', () => stdout.includes('\n'))
  expect(stdout.split('\n')).toHaveLength(2)
  const { event, mcpUrl, uiUrl } = JSON.parse(stdout)
  expect(event).toBe('ready')
  expect(mcpUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/)
  expect(uiUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]{43}$/)
  child.kill('SIGTERM')
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
  expect(existsSync(`${dir.path}/control.json`)).toBe(false)
})

test('a taken port is named with its holder, and no other port is taken instead', async () => {
  await using dir = await tempDir()
  for (const host of ['127.0.0.1', '::1']) {
    const squatter = createServer().listen(0, host)
    await new Promise((resolve) => squatter.once('listening', resolve))
    const { port } = squatter.address() as { port: number }
    const { code, stdout, stderr } = await runCli({ databasePath: `${dir.path}/db.sqlite`, env: { PORT: String(port) } }, 'serve', '--json')
    squatter.close()
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '').error).toMatchObject({ code: 'PORT_IN_USE', port, pid: process.pid })
  }
})

test('a second gateway on the same data is refused and names the first; after a kill the next one starts', async () => {
  await using dir = await tempDir()
  const options = { databasePath: `${dir.path}/db.sqlite` }
  const first = await startGateway(options)
  const { code, stderr } = await runCli(options, 'serve', '--json')
  expect(code).toBe(75)
  expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '').error).toMatchObject({ code: 'ALREADY_RUNNING', pid: first.pid })
  first.child.kill('SIGKILL')
  await first.stop()
  await using second = await startGateway(options)
  expect((await fetch(`${second.origin}/health`)).status).toBe(200)
})

test('what was changed is there after a restart: servers, links, tokens, tool lists', async () => {
  await using dir = await tempDir()
  const options = { databasePath: `${dir.path}/db.sqlite` }
  const first = await startGateway(options)
  await first.addServer('plain', badServer, 'plain')
  const token = await first.token()
  const before = await openRawSession(`${first.mcpUrl}/default`, token)
  const listed = await before.request(1, 'tools/list')
  first.child.kill('SIGKILL')
  await first.stop()

  await using second = await startGateway(options)
  const after = await openRawSession(`${second.mcpUrl}/default`, token)
  expect(await after.request(1, 'tools/list')).toEqual(listed)
  expect(await after.request(2, 'tools/call', { name: 'echo' })).toHaveProperty('result')
})
