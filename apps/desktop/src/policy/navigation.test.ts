import { expect, test } from 'vitest'
import { acceptsPort, decideNavigation, isPermitted, outsideUrl, ownPath } from './navigation.ts'

test('pages of the app are loaded, in the main frame', () => {
  expect(decideNavigation('app://lmg/servers?tab=tools#x', true)).toEqual({ to: 'page' })
  expect(decideNavigation('app://lmg/servers', false)).toEqual({ to: 'nowhere' })
})

test('links and forms of a notice are actions, with what was typed', () => {
  expect(decideNavigation('app://lmg/~/do/port?port=4445', true)).toEqual({ to: 'action', action: 'port', input: { port: '4445' } })
  expect(decideNavigation('app://lmg/~/do/port', false)).toEqual({ to: 'nowhere' })
})

test.each([
  'https://example.com/',
  'http://127.0.0.1:4444/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
  'blob:app://lmg/x',
  'about:blank',
  'app://evil/',
  'app://lmg.evil/',
  'app://user@lmg/',
  'app://lmg:80/',
  'app://lmg\\@evil/',
  'app://lm\u0000g/',
  'APP:lmg',
  'view-source:app://lmg/',
  'chrome://settings',
  'devtools://devtools/bundled/inspector.html',
  '//lmg/',
  '',
])('%j leads nowhere', (url) => {
  expect(decideNavigation(url, true)).toEqual({ to: 'nowhere' })
  expect(ownPath(url)).toBeNull()
})

test.each([
  ['https://example.com/a?b#c', 'https://example.com/a?b#c'],
  ['http://127.0.0.1:4444/', 'http://127.0.0.1:4444/'],
  ['file:///etc/passwd', null],
  ['smb://host/share', null],
  ['ms-msdt:/id', null],
  ['javascript:alert(1)', null],
  ['https://user:pass@example.com/', null],
  ['https://example.com/\u0000calc', null],
  ['https://example.com/\r\nX: y', null],
  ['https:\\\\example.com', null],
  [`https://example.com/${'a'.repeat(2048)}`, null],
  ['app://lmg/', null],
  ['local-mcp://open', null],
])('%j is handed to the browser as %j', (url, expected) => {
  expect(outsideUrl(url)).toBe(expected)
})

test('a page may write text to the clipboard and nothing else', () => {
  const asked = [
    'geolocation',
    'media',
    'notifications',
    'midi',
    'clipboard-read',
    'fileSystem',
    'openExternal',
    'fullscreen',
    'usb',
    'unknown',
  ]
  for (const permission of asked) expect(isPermitted(permission, 'app://lmg/')).toBe(false)
  expect(isPermitted('clipboard-sanitized-write', 'app://lmg/servers')).toBe(true)
  expect(isPermitted('clipboard-sanitized-write', 'https://example.com/')).toBe(false)
})

const own = { isEnrolled: true, isMainFrame: true, frameUrl: 'app://lmg/servers', ports: 1 }

test('a port is taken from our own window', () => {
  expect(acceptsPort(own)).toBe(true)
})

test.each([
  ['another window', { isEnrolled: false }],
  ['a frame in it', { isMainFrame: false }],
  ['another origin', { frameUrl: 'https://example.com/' }],
  ['an origin that begins like ours', { frameUrl: 'app://lmg.evil/' }],
  ['a notice', { frameUrl: 'app://lmg/~/notice' }],
  ['a frame that has gone', { frameUrl: null }],
  ['a message without a port', { ports: 0 }],
  ['a message with several', { ports: 2 }],
])('and not from %s', (_what, change) => {
  expect(acceptsPort({ ...own, ...change })).toBe(false)
})
