import { expect, test } from 'vitest'
import { whyNoWindow } from './electron.mjs'

test('the desktop app is opened where its runtime and a screen are', () => {
  const there = { electron: '/electron', platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' } } as const
  expect(whyNoWindow(there)).toBeNull()
  expect(whyNoWindow({ ...there, env: { DISPLAY: ':0' } })).toBeNull()
  expect(whyNoWindow({ ...there, env: {} })).toBe('There is no screen here')
  expect(whyNoWindow({ ...there, platform: 'darwin', env: {} })).toBeNull()
  expect(whyNoWindow({ ...there, electron: null })).toContain('install-electron')
})
