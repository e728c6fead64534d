import { expect, test } from 'vitest'
import { menuModel } from './menu-model.ts'
import type { Entry } from './tray-model.ts'

const flat = (entries: readonly Entry[]): Entry[] => entries.flatMap((entry) => [entry, ...flat(entry.submenu ?? [])])
const menu = (platform: string, isPackaged = true) => flat(menuModel({ platform, isPackaged, updates: true }))

test.each(['darwin', 'win32', 'linux'])('on %s every key means one thing, and text can be edited', (platform) => {
  const keys = menu(platform).flatMap(({ accelerator }) => accelerator ?? [])
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys.filter((key) => key === 'CmdOrCtrl+Q')).toHaveLength(1)
  const roles = menu(platform).flatMap(({ role }) => role ?? [])
  expect(roles).toEqual(
    expect.arrayContaining(['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll', 'reload', 'zoomIn', 'togglefullscreen']),
  )
  // It would quit without the calls being waited for.
  expect(roles).not.toContain('quit')
})

test('what macOS has in a menu of its own is in Help elsewhere', () => {
  expect(menu('darwin').map(({ role }) => role)).toEqual(expect.arrayContaining(['about', 'services', 'hide', 'unhide']))
  expect(menu('linux').map(({ role }) => role)).toContain('about')
})

test('a packaged app cannot be looked into', () => {
  expect(menu('linux').some(({ role }) => role === 'toggleDevTools')).toBe(false)
  expect(menu('linux', false).some(({ role }) => role === 'toggleDevTools')).toBe(true)
})
