import { expect, test } from 'vitest'
import { windowOptions } from './window-options.ts'

const SCREEN = { x: 0, y: 25, width: 1920, height: 1055 }
const place = { x: 100, y: 100, width: 900, height: 700, maximized: false }
const placed = (change: Partial<typeof place>) => windowOptions({ ...place, ...change }, [SCREEN], '/preload.cjs', true)

test('the page has no Node, is isolated, and is in the sandbox', () => {
  expect(windowOptions(null, [SCREEN], '/preload.cjs', true).webPreferences).toEqual({
    preload: '/preload.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    spellcheck: false,
    devTools: false,
  })
  expect(windowOptions(null, [SCREEN], '/preload.cjs', false).webPreferences.devTools).toBe(true)
})

test('the window opens where it was', () => {
  expect(placed({})).toMatchObject({ x: 100, y: 100, width: 900, height: 700 })
  expect(placed({ width: 10, height: 10 })).toMatchObject({ width: 480, height: 400 })
})

test.each([{ x: 1900 }, { x: -880 }, { y: -300 }, { y: 1050 }, { x: 5000, y: 5000 }])('but not out of reach: %j', (change) => {
  expect(placed(change)).not.toHaveProperty('x')
})
