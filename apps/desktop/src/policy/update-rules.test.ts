import { expect, test } from 'vitest'
import { isNewer, looksByItself, mayInstall, notesText, whyNoUpdates } from './update-rules.ts'

const packed = { isPackaged: true, platform: 'darwin', appImage: undefined, switchedOn: true }

test('what a package manager installed is the package manager’s to update', () => {
  expect(whyNoUpdates({ ...packed, platform: 'linux' })).toBe('package')
  expect(whyNoUpdates({ ...packed, platform: 'linux', appImage: '/x.AppImage' })).toBeNull()
  expect(whyNoUpdates(packed)).toBeNull()
  expect(whyNoUpdates({ ...packed, platform: 'win32' })).toBeNull()
  expect(whyNoUpdates({ ...packed, isPackaged: false })).toBe('source')
})

test('switched off it looks only when it is asked to', () => {
  expect(looksByItself(packed)).toBe(true)
  expect(looksByItself({ ...packed, switchedOn: false })).toBe(false)
  expect(looksByItself({ ...packed, platform: 'linux' })).toBe(false)
})

test('never while calls run', () => {
  expect(mayInstall(0)).toBe(true)
  expect(mayInstall(1)).toBe(false)
})

test.each([
  ['0.2.0', '0.1.0', true],
  ['0.1.10', '0.1.9', true],
  ['1.0.0', '0.99.99', true],
  ['0.1.0', '0.1.0', false],
  ['0.0.9', '0.1.0', false],
  ['0.1.9', '0.2.0', false],
  ['2.0.0-beta.1', '0.1.0', false],
  ['latest', '0.1.0', false],
  ['', '0.1.0', false],
])('%s after %s: %s', (offered, present, expected) => {
  expect(isNewer(offered, present)).toBe(expected)
})

test('notes are text, however they come', () => {
  expect(notesText('<p>New &amp; <script>x</script>better</p>')).toBe('New &amp; xbetter')
  expect(
    notesText([
      { version: '2', note: 'b' },
      { version: '1', note: null },
    ]),
  ).toBe('b')
  expect(notesText(null)).toBe('')
  expect(notesText('a\u001b[2Jb')).toBe('a[2Jb')
  expect(notesText('x'.repeat(9000))).toHaveLength(4000)
})
