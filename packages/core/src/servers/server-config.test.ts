import type { AppError } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import { agreedProgram, consentSha256, consentTo, isApproved } from './consent.ts'
import { assertCreatable, parseServerConfig } from './server-config.ts'

function refusal(type: Parameters<typeof parseServerConfig>[0], config: unknown): AppError {
  try {
    parseServerConfig(type, config)
  } catch (error) {
    return error as AppError
  }
  throw new Error('It was accepted')
}

test('fills in defaults', () => {
  expect(parseServerConfig('external', { command: ' npx ' })).toEqual({ command: 'npx', args: [], env: {} })
  expect(parseServerConfig('remote_http', { url: 'https://example.com/mcp' })).toEqual({
    url: 'https://example.com/mcp',
    headers: {},
    allowPrivateNetwork: false,
  })
  expect(parseServerConfig('remote_sse', { url: 'https://example.com/sse', postEndpoint: 'https://example.com/messages' })).toEqual({
    url: 'https://example.com/sse',
    postEndpoint: 'https://example.com/messages',
    headers: {},
    allowPrivateNetwork: false,
  })
})

test.each([
  ['external', {}, 'config.command'],
  ['external', { command: '' }, 'config.command'],
  ['external', { command: 'a\0b' }, 'config.command'],
  ['external', { command: 'a', args: 'b' }, 'config.args'],
  ['external', { command: 'a', args: ['x', 'y\0'] }, 'config.args.1'],
  ['external', { command: 'a', shell: true }, 'config'],
  ['external', { command: 'a', env: { '1X': 'y' } }, 'config.env.1X'],
  ['external', { command: 'a', env: { GITHUB_TOKEN: 'abc' } }, 'config.env.GITHUB_TOKEN'],
  ['external', { command: 'a', env: { X: 'ghp_abcdefghijklmnopqrstuvwxyz0123456789' } }, 'config.env.X'],
  ['external', { command: 'a', args: ['--key', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'] }, 'config.args.1'],
  ['external', { command: 'a', args: ['{{ask:folder}}'] }, 'config.args.0'],
  ['remote_http', { url: 'https://example.com/', headers: { 'X-Team': '{{ask:team}}' } }, 'config.headers.X-Team'],
  ['remote_http', { url: 'ftp://example.com' }, 'config.url'],
  ['remote_http', { url: 'javascript:alert(1)' }, 'config.url'],
  ['remote_http', { url: 'https://me:pw@example.com/' }, 'config.url'],
  ['remote_http', { url: 'https://example.com/mcp?api_key=abc' }, 'config.url'],
  ['remote_http', { url: 'http://169.254.169.254/latest', allowPrivateNetwork: true }, 'config.url'],
  ['remote_http', { url: 'http://127.0.0.1:3000/mcp' }, 'config.allowPrivateNetwork'],
  ['remote_http', { url: 'http://192.168.1.5/mcp' }, 'config.allowPrivateNetwork'],
  ['remote_http', { url: 'https://example.com/', headers: { 'X-A': 'b\r\nEvil: 1' } }, 'config.headers.X-A'],
  ['remote_http', { url: 'https://example.com/', headers: { 'Bad Name': 'b' } }, 'config.headers.Bad Name'],
  ['remote_http', { url: 'https://example.com/', headers: { Host: 'b' } }, 'config.headers.Host'],
  ['remote_http', { url: 'https://example.com/', headers: { 'Mcp-Session-Id': 'b' } }, 'config.headers.Mcp-Session-Id'],
  ['remote_http', { url: 'https://example.com/', headers: { Authorization: 'Bearer abcdefghijkl' } }, 'config.headers.Authorization'],
  ['remote_http', { url: 'https://example.com/', protocol: '2025-11-25' }, 'config.protocol'],
  ['remote_http', { url: 'https://example.com/', postEndpoint: 'https://example.com/messages' }, 'config'],
  ['remote_sse', { url: 'http://127.0.0.1:3000/sse' }, 'config.allowPrivateNetwork'],
  ['remote_sse', { url: 'https://example.com/sse', postEndpoint: 'https://example.org/messages' }, 'config.postEndpoint'],
  ['remote_sse', { url: 'https://example.com/sse', postEndpoint: 'http://example.com/messages' }, 'config.postEndpoint'],
  ['remote_sse', { url: 'https://example.com/sse', postEndpoint: 'https://example.com/messages?token=abc' }, 'config.postEndpoint'],
  ['remote_sse', { url: 'https://example.com/sse', headers: { Authorization: 'Bearer abcdefghijkl' } }, 'config.headers.Authorization'],
] as const)('%s %j is refused at %s', (type, config, path) => {
  const error = refusal(type, config)
  expect(error.code).toBe('INVALID_CONFIG')
  expect(error.fields.map((field) => field.path.join('.'))).toContain(path)
})

test('a secret may be referred to instead of written down', () => {
  expect(() => parseServerConfig('external', { command: 'a', env: { GITHUB_TOKEN: '{{env:GITHUB_TOKEN}}' } })).not.toThrow()
  expect(() =>
    parseServerConfig('remote_http', { url: 'https://example.com/', headers: { Authorization: 'Bearer {{env:KEY}}' } }),
  ).not.toThrow()
})

test('only known types can be created', () => {
  for (const type of ['builtin', 'custom', 'nonsense'])
    expect(() => assertCreatable(type)).toThrow(expect.objectContaining({ code: 'INVALID_TYPE' }))
})

test('a remote server waits for consent where it is told a variable or may be inside the network', () => {
  const remote = (extra: object) =>
    isApproved({
      type: 'remote_http',
      config: { url: 'https://example.com/', headers: {}, allowPrivateNetwork: false, ...extra },
      approvedSha256: null,
    })
  expect(remote({})).toBe(true)
  expect(remote({ allowPrivateNetwork: true })).toBe(false)
  expect(remote({ headers: { 'X-A': '{{env:SECRET}}' } })).toBe(false)
})

test('consent is for exactly what was shown', () => {
  const config = { command: 'npx', args: ['-y', 'pkg'], env: { A: '1', B: '2' } }
  const approvedSha256 = consentSha256('external', config)
  const approved = (changed: object) => isApproved({ type: 'external', config: { ...config, ...changed }, approvedSha256 })
  expect(approved({})).toBe(true)
  expect(approved({ env: { B: '2', A: '1' } })).toBe(true)
  expect(approved({ command: 'npy' })).toBe(false)
  expect(approved({ args: ['-y', 'pkg', 'x'] })).toBe(false)
  expect(approved({ args: ['pkg', '-y'] })).toBe(false)
  expect(approved({ env: { A: '1', B: '3' } })).toBe(false)
  expect(approved({ cwd: '/tmp' })).toBe(false)
})

test('a consent remembers the program that was meant', () => {
  const config = { command: 'server', args: [], env: {} }
  const kept = (program: { path: string; sha256: string | null } | null) =>
    ({ type: 'external', config, approvedSha256: consentTo({ type: 'external', config }, program) }) as const
  for (const program of [null, { path: '/opt/my own/server', sha256: 'ab12' }, { path: '/usr/bin/npx', sha256: null }]) {
    expect(isApproved(kept(program))).toBe(true)
    expect(agreedProgram(kept(program))).toEqual(program)
    expect(isApproved({ ...kept(program), config: { ...config, args: ['x'] } })).toBe(false)
  }
  expect(agreedProgram({ approvedSha256: null })).toBeNull()
})

test('variables that bring other code along have to be agreed to apart', () => {
  const config = { command: 'node', args: ['x.js'], env: { NODE_OPTIONS: '--require /tmp/x.js', LANG: 'C' } }
  expect(() => parseServerConfig('external', config)).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG', fields: [expect.objectContaining({ path: ['config', 'allowReservedEnv'] })] }),
  )
  expect(parseServerConfig('external', { ...config, allowReservedEnv: true })).toMatchObject({ allowReservedEnv: true })
  expect(parseServerConfig('external', { ...config, env: { LANG: 'C' } })).not.toHaveProperty('allowReservedEnv')
})
