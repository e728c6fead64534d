import { setTimeout as sleep } from 'node:timers/promises'
import { badServer, openRawSession, referenceServer, startGateway, startReferenceServer, tempDir, waitFor } from '@local-mcp/testing'
import { expect, test } from 'vitest'

const FULL = Boolean(process.env.LMG_ENDURANCE)
const ROUNDS = Number(process.env.LMG_SLEEPS ?? (FULL ? 20 : 2))
const ASLEEP = FULL ? 60_000 : 5000

type Listed = { name: string; status: { state: string; pid: number | null } }[]
const pidOf = (servers: Listed, wanted: string) => servers.find(({ name }) => name === wanted)?.status.pid ?? Number.NaN

test(`${ROUNDS} sleeps of ${ASLEEP / 1000} s: every server is back, and sessions live`, {
  timeout: 120_000 + ROUNDS * (ASLEEP + 30_000),
}, async () => {
  await using dir = await tempDir()
  await using gateway = await startGateway({ databasePath: `${dir.path}/db.sqlite` })
  await using remote = await startReferenceServer()
  await gateway.addServer('plain', badServer, 'plain')
  await gateway.addServer('reference', referenceServer, 'stdio')
  await gateway.cli('server', 'add', '--name', 'remote', '--url', `${remote.origin}/mcp`)
  const token = await gateway.token()
  const url = `${gateway.mcpUrl}/default`
  const sessions = await Promise.all([1, 2, 3].map(() => openRawSession(url, token)))
  const serverNames = ['plain', 'reference', 'remote']
  const connected = async () => {
    const servers = await gateway.cli<Listed>('server', 'ls')
    return serverNames.every((name) => servers.find((one) => one.name === name)?.status.state === 'connected') ? servers : null
  }
  let servers = await waitFor('all servers', connected, 20_000)
  const tools = (await sessions[0]?.request(1, 'tools/list')) as { result: { tools: { name: string }[] } }
  const names = tools.result.tools.map(({ name }) => name)
  expect(names).toContain('echo')
  let slowest = 0
  let resets = 0
  /** A connection that was idle through the sleep is closed at the wake, as clients know it of any server: once more. */
  const echo = (session: (typeof sessions)[number] | undefined, id: number, again = true): Promise<unknown> | undefined =>
    session?.request(id, 'tools/call', { name: 'echo' }).catch((error: Error & { cause?: { code?: string } }) => {
      if (!again || !['ECONNRESET', 'UND_ERR_SOCKET'].includes(error.cause?.code ?? '')) throw error
      resets++
      return echo(session, id, false)
    })
  for (let round = 1; round <= ROUNDS; round++) {
    process.kill(gateway.pid, 'SIGSTOP')
    // Arrives while nobody is there.
    const waiting = echo(sessions[0], round * 100)
    // What a network connection does when its computer sleeps.
    process.kill(pidOf(servers, 'reference'), 'SIGKILL')
    await sleep(ASLEEP)
    process.kill(gateway.pid, 'SIGCONT')
    const begun = performance.now()
    expect(await waiting).toHaveProperty('result')
    servers = await waitFor('all servers', connected, 10_000)
    for (const [index, session] of sessions.entries()) expect(await echo(session, round * 100 + index + 1)).toHaveProperty('result')
    slowest = Math.max(slowest, Math.round(performance.now() - begun))
  }
  expect(gateway.child.exitCode).toBeNull()
  process.stdout.write(`[measured] sleeps: rounds ${ROUNDS}, asleepMs ${ASLEEP}, slowestBackMs ${slowest}, connectionsReset ${resets}\n`)
  expect(slowest).toBeLessThan(10_000)
})
