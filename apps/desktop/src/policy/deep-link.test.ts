import { expect, test } from 'vitest'
import { readLaunch, readLink, readStdio } from './deep-link.ts'

const add = (config: string) => `local-mcp://servers/add?config=${encodeURIComponent(config)}`
const SNIPPET = '{"mcpServers":{"everything":{"command":"npx","args":["-y","x"]}}}'

test('a link opens a page', () => {
  expect(readLink('local-mcp://open')).toEqual({ path: '/' })
  expect(readLink('local-mcp://open/backups')).toEqual({ path: '/backups' })
})

test('a link fills in the form for a new server, and that is all it does', () => {
  expect(readLink(add(SNIPPET))).toEqual({ path: `/servers/new#paste=${encodeURIComponent(SNIPPET)}` })
  expect(readLink(add('claude mcp add x -- npx -y "a  b"\n\tnext 日本 👍'))).not.toBeNull()
})

test('text that looks like a script stays text', () => {
  const path = readLink(add('<img src=x onerror=alert(1)>#paste=&x'))?.path ?? ''
  expect(path).not.toMatch(/[<>"'\s]/)
  expect(new URLSearchParams(path.split('#')[1]).get('paste')).toBe('<img src=x onerror=alert(1)>#paste=&x')
})

test.each([
  ['an unknown action', 'local-mcp://run/now'],
  ['an unknown page', 'local-mcp://open/../etc'],
  ['a name of every object', 'local-mcp://open/constructor'],
  ['a page with more behind it', 'local-mcp://open/servers/x'],
  ['a page with input', 'local-mcp://open/servers?tab=x'],
  ['an unknown input', `${add(SNIPPET)}&approve=true`],
  ['the same input twice', `${add(SNIPPET)}&config=x`],
  ['no input', 'local-mcp://servers/add'],
  ['an empty input', 'local-mcp://servers/add?config=%20'],
  ['a fragment', `${add(SNIPPET)}#x`],
  ['a user', `local-mcp://a@servers/add?config=x`],
  ['another scheme', 'https://servers/add?config=x'],
  ['NUL', add('npx\u0000x')],
  ['ESC', add('npx \u001b[2J')],
  ['the direction turned', add('npx \u202egpj.exe')],
  ['characters without width', add('npx\u200b -y x')],
  ['an emoji that hides a tag', add('x\u{e0041}')],
  ['wide blanks that push the rest out of sight', add(`npx${'\u2003'.repeat(50)}--evil`)],
  ['Hangul filler', add('npx\u3164x')],
  ['bytes that are no text', 'local-mcp://servers/add?config=%ff%fe'],
  ['oversize', add('x'.repeat(16_385))],
  ['oversize before it is decoded', `local-mcp://servers/add?config=${'%41'.repeat(9000)}`],
  ['no URL', 'local-mcp://%zz:%'],
])('%s is refused', (_what, link) => {
  expect(readLink(link)).toBeNull()
})

test('escaped twice it is shown escaped once', () => {
  expect(readLink('local-mcp://servers/add?config=%253Cscript%253E')?.path).toContain('%253Cscript%253E')
})

test('of a command line only the link at its end and the wish to be hidden count', () => {
  expect(readLaunch(['/app', '--hidden'])).toEqual({ hidden: true, link: null })
  expect(readLaunch(['/app', 'local-mcp://open'])).toEqual({ hidden: false, link: 'local-mcp://open' })
  const hostile = ['/app', '--inspect=9229', '--remote-debugging-port=1', 'local-mcp://open', '--gpu-launcher=calc', '\u0000', '']
  expect(readLaunch(hostile)).toEqual({ hidden: false, link: null })
  expect(readLaunch([])).toEqual({ hidden: false, link: null })
})

test('a client that only starts commands is told apart from a launch', () => {
  expect(readStdio(['/app', 'stdio'])).toBe('gateway')
  expect(readStdio(['/electron', '/app', 'stdio', '--profile', 'work'])).toBe('work')
  expect(readStdio(['/app', '--hidden'])).toBeNull()
  expect(readStdio(['/app', '--a', '--b', 'stdio'])).toBeNull()
})
