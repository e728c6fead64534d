import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { childrenOf, openRawSession, runCli, startGateway, tempDir, waitFor } from '@local-mcp/testing'
import { expect, test } from 'vitest'

const random = () => randomBytes(18).toString('hex')
/** One of each for every way by which a value gets in. Some have the form of a known key, some have none. */
const planted = {
  serverEnv: `canary${random()}`,
  header: `canary${random()}`,
  refusedEnv: `ghp_${random()}`,
  refusedHeader: `sk-${random()}`,
  refusedArgument: `ghp_${random()}`,
  refusedUserinfo: `ghp_${random()}`,
  refusedOverRest: `sk-${random()}`,
  pasted: `ghp_${random()}`,
  pastedUnreadable: `ghp_${random()}`,
  wrongBearer: `lmg_${random()}`,
  inQuery: `lmg_${random()}`,
  callArgument: `canary${random()}`,
  callNote: `ghp_${random()}`,
  storedForEnv: `canary ${random()} "with" ümlauts & + signs`,
  storedForHeader: `canary${random()}+/`,
  replaced: `canary${random()}`,
  deleted: `canary${random()}`,
  apiKey: `canary${random()}`,
  passphrase: `canary ${random()}`,
}
/** Put where it has to be found, so that a search that finds nothing has looked. */
const CONTROL = `control${random()}`

/** A server that has its secret, proves it, and chatters about it. */
const SERVER = `
  const { createHash } = require('node:crypto')
  const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
  process.stderr.write('starting with API_KEY=' + process.env.API_KEY + '\\n')
  // Nothing in its look says that it is secret: it has to be known.
  const stored = process.env.NOTE
  for (const form of [stored, JSON.stringify({ a: stored }), encodeURIComponent(stored), Buffer.from('x' + stored).toString('base64')])
    process.stderr.write('note: ' + form + '\\n')
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line)
    if (method === 'tools/call' && params.name === 'end') process.exit(3)
    const proof = createHash('sha256').update(process.env.API_KEY + process.env.NOTE).digest('hex')
    if (method === 'initialize') say({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } } })
    else if (method === 'tools/list') say({ id, result: { tools: ['prove', 'tell', 'end'].map((name) => ({ name, inputSchema: { type: 'object' } })) } })
    else if (method === 'tools/call') say({ id, result: { content: [{ type: 'text', text: params.name === 'tell' ? 'it is ' + stored : proof }] } })
  })`

/** Each form in which a value might have been written. */
const formsOf = (value: string) => [
  value,
  JSON.stringify(value).slice(1, -1),
  Buffer.from(value).toString('base64'),
  // As it is within something longer, but for the digits that its neighbours have a share in.
  Buffer.from(`x${value}`).toString('base64').slice(4, -4),
  Buffer.from(value).toString('hex'),
  encodeURIComponent(value),
]

/** The files below a folder, and what else was gathered, that hold a value in any form. */
function whereIs(value: string, folder: string, gathered: ReadonlyMap<string, string>): string[] {
  const forms = formsOf(value)
  const files = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .filter((path) => {
      const bytes = readFileSync(path)
      return forms.some((form) => bytes.includes(form))
    })
  const texts = [...gathered].filter(([, text]) => forms.some((form) => text.includes(form))).map(([name]) => name)
  return [...files.map((path) => path.slice(folder.length + 1)), ...texts]
}

/** What others on this computer can read of a process of ours; empty once it has ended. */
function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

test('a secret that gets in by any way is in no database, log, backup or answer', async () => {
  await using dir = await tempDir()
  const data = join(dir.path, 'data')
  const options = {
    databasePath: join(data, 'db.sqlite'),
    env: { LOG_LEVEL: 'debug', PLANTED_ENV: planted.serverEnv, PLANTED_HEADER: planted.header },
  }
  const script = join(dir.path, 'server.cjs')
  writeFileSync(script, SERVER)
  const received: string[] = []
  const remote = createServer((request, response) => {
    received.push(`${request.headers.authorization} ${request.headers['x-key']} ${request.headers['x-stored']}`)
    // As careless as a server can be.
    response
      .writeHead(500)
      .end(`not allowed: ${JSON.stringify(request.headers)} ${encodeURIComponent(String(request.headers['x-stored']))}`)
  })
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve))
  const remoteUrl = `http://127.0.0.1:${(remote.address() as AddressInfo).port}/mcp`
  const gathered = new Map<string, string>()
  const look = (value: string) => whereIs(value, data, gathered)
  /** A command, whose answers are searched too. */
  const run = (...args: string[]) => runWith(undefined, ...args)
  async function runWith(stdin: string | undefined, ...args: string[]) {
    const result = await runCli({ ...options, ...(stdin === undefined ? {} : { input: stdin }) }, ...args, '--json')
    gathered.set(`answer to ${args[0]} ${args[1]} ${gathered.size}`, result.stdout + result.stderr)
    return result
  }

  const { token } = JSON.parse((await runCli(options, 'token', 'create', '--name', 'one', '--json')).stdout) as { token: string }
  const admin = JSON.parse((await runCli(options, 'token', 'create', '--name', 'two', '--admin', '--json')).stdout) as { token: string }
  {
    await using gateway = await startGateway(options)
    expect((await run('profile', 'create', '--name', CONTROL)).code).toBe(0)
    expect((await runWith(planted.passphrase, 'secret', 'keep', 'passphrase')).code).toBe(0)
    for (const [name, value] of [
      ['for-env', planted.storedForEnv],
      ['for-header', planted.replaced],
      ['for-header', planted.storedForHeader],
      ['unused', planted.deleted],
    ] as const)
      expect((await runWith(value, 'secret', 'set', name)).code).toBe(0)
    expect((await run('secret', 'rm', 'unused')).code).toBe(0)
    const stdio = ['server', 'add', '--name', 'Stdio', '--command', process.execPath, '--arg', script, '--approve']
    expect((await run(...stdio, '--env', 'API_KEY={{env:PLANTED_ENV}}', '--env', 'NOTE={{secret:for-env}}')).code).toBe(0)
    const http = ['server', 'add', '--url', remoteUrl, '--allow-private', '--approve']
    expect((await run(...http, '--name', 'Http', '--header', 'Authorization: Bearer {{env:PLANTED_HEADER}}')).code).toBe(0)
    const withKey = [...http, '--name', 'Keyed', '--header', 'X-Stored: {{secret:for-header}}', '--api-key', '--api-key-header', 'X-Key']
    expect((await runWith(planted.apiKey, ...withKey)).code).toBe(0)
    for (const refused of [
      [...stdio, '--env', `GITHUB_TOKEN=${planted.refusedEnv}`],
      [...stdio, '--arg', planted.refusedArgument],
      [...http, '--header', `Authorization: Bearer ${planted.refusedHeader}`],
      ['server', 'add', '--url', remoteUrl.replace('//', `//user:${planted.refusedUserinfo}@`), '--allow-private', '--approve'],
    ]) {
      const { code, stderr } = await run(...refused.map((arg) => (arg === 'Stdio' ? 'Refused' : arg)))
      expect([refused.at(-1), code], stderr).not.toEqual([refused.at(-1), 0])
    }
    const rest = await fetch(`${gateway.origin}/api/mcp-servers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'R',
        type: 'remote_http',
        config: { url: remoteUrl, headers: { 'X-Api-Key': planted.refusedOverRest } },
      }),
    })
    expect(rest.status).toBe(400)
    gathered.set('answer over REST', await rest.text())

    for (const [name, input, wanted] of [
      ['pasted', `GITHUB_TOKEN=${planted.pasted} ${process.execPath} ${script}`, 0],
      ['unreadable', `{"mcpServers": {"x": {"env": {"K": "${planted.pastedUnreadable}" 7}}}}`, 65],
    ] as const) {
      const pasted = await runCli({ ...options, input }, 'server', 'add', '--paste', '--yes', '--no-link', '--json')
      expect(pasted.code, pasted.stderr).toBe(wanted)
      gathered.set(`answer to ${name} snippet`, pasted.stdout + pasted.stderr)
    }

    // The servers really have their secrets.
    const session = await openRawSession(`${gateway.mcpUrl}/default`, token)
    const proof = createHash('sha256')
      .update(planted.serverEnv + planted.storedForEnv)
      .digest('hex')
    await waitFor('the server to prove its secret', async () => {
      const { result } = await session.request(1, 'tools/call', {
        name: 'prove',
        // Hidden by its name, by its look, and because it is known.
        arguments: { password: planted.callArgument, note: `see ${planted.callNote}`, stored: planted.storedForEnv, plain: CONTROL },
      })
      return (result as { content?: { text: string }[] } | undefined)?.content?.[0]?.text === proof
    })
    // Whoever may call it is told; whoever reads what was called is not.
    expect(JSON.stringify(await session.request(3, 'tools/call', { name: 'tell', arguments: {} }))).toContain('it is ')
    await waitFor('the remote server to be asked', () => received.some((one) => one.startsWith(`Bearer ${planted.header}`)))
    await waitFor('the key to be sent', () => received.includes(`undefined ${planted.apiKey} ${planted.storedForHeader}`))
    // Only of the processes that are ours.
    gathered.set('arguments', [gateway.pid, ...childrenOf(gateway.pid)].map(argumentsOf).join('\n'))
    expect(gathered.get('arguments')?.includes(script), 'the arguments of the server were read').toBe(true)
    // It ends, and what it said last is its evidence.
    await waitFor('the end of the server', async () => {
      // It is started again at once, until it has ended too often: one of the two is seen.
      await session.request(2, 'tools/call', { name: 'end' })
      return /EXITED|CRASH_LOOP/.test((await run('server', 'status', 'stdio')).stdout)
    })
    for (const [url, bearer] of [
      [`${gateway.mcpUrl}/default`, planted.wrongBearer],
      [`${gateway.mcpUrl}/default?token=${planted.inQuery}`, planted.wrongBearer],
    ] as const) {
      expect((await openRawSession(url, bearer)).opened.status).toBe(401)
    }

    for (const command of [
      ['log', 'ls', '--text', planted.callNote],
      ['log', 'ls'],
      ['server', 'ls'],
      ['server', 'status', 'keyed'],
      ['secret', 'ls'],
      ['secret', 'status'],
      ['secret', 'rotate'],
      ['token', 'ls'],
      ['backup'],
      ['doctor'],
      ['status'],
    ])
      await run(...command)
    for (const path of ['mcp-servers', 'mcp-servers/stdio/status', 'secrets', 'secrets/vault', 'activity', 'tokens', 'backups', 'system']) {
      const answer = await fetch(`${gateway.origin}/api/${path}`, { headers: { authorization: `Bearer ${admin.token}` } })
      expect([path, answer.status]).toEqual([path, 200])
      gathered.set(`GET ${path}`, await answer.text())
    }
    const logged = JSON.parse((await run('log', 'ls', '--limit', '200')).stdout) as { rows: { id: string; tool: string }[] }
    for (const { id } of logged.rows) await run('log', 'show', id)
    const written = [...gathered].find(([, text]) => text.includes('•••') && text.includes(CONTROL) && text.includes('prove'))?.[1]
    expect(JSON.parse(written ?? '{}')).toMatchObject({ redacted: true, replayable: false })
    gathered.set('log', gateway.stderr())

    // While it runs: also the log of the database.
    expect(look(CONTROL)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^db\.sqlite(-wal)?$/),
        expect.stringMatching(/^backups\/.*\.db$/),
        expect.stringMatching(/^answer to profile/),
      ]),
    )
    expect(gathered.get('log')).toContain('Server is not available')
    for (const [name, value] of Object.entries({ ...planted, token, admin: admin.token })) expect([name, look(value)]).toEqual([name, []])
    expect(await gateway.stop()).toBe(0)
    gathered.set('log', gateway.stderr())
  }
  // After a restore and a salvage, which leave the former files behind.
  const backup = readdirSync(join(data, 'backups')).find((name) => name.endsWith('.db')) as string
  expect((await run('restore', backup, '--yes')).code).toBe(0)
  expect((await run('salvage', '--to', join(data, 'salvaged.db'))).code).toBe(0)
  expect(look(CONTROL)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^before-restore-.*db\.sqlite$/), 'salvaged.db', expect.stringMatching(/\.corrupt-/)]),
  )
  for (const [name, value] of Object.entries({ ...planted, token, admin: admin.token })) expect([name, look(value)]).toEqual([name, []])
  remote.close()
  process.stdout.write(
    `[measured] planted secrets: ${Object.keys(planted).length + 2} values, 0 hits in ${readdirSync(data, { recursive: true }).length} files and ${gathered.size} texts\n`,
  )
}, 120_000)
