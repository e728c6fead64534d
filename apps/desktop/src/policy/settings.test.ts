import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

const FIRST_DAY = { port: null, place: null, explainedClose: false, updates: false }

test('what was written is read', () => {
  const settings = { port: 4445, place: { x: -5, y: 0, width: 900, height: 700, maximized: true }, explainedClose: true, updates: true }
  expect(readSettings(JSON.stringify(settings))).toEqual(settings)
})

test.each(['', 'x', 'null', '[]', '"port"', '{', '{"__proto__":{"port":1}}', '7', '{"place":{"x":1}}', '[{"port":4445}]'])(
  '%j is the first day',
  (text) => {
    expect(readSettings(text)).toEqual(FIRST_DAY)
  },
)

test('one field that was tampered with leaves the others', () => {
  for (const port of [80, 70_000, 4445.5, '4445', {}, [], true])
    expect(readSettings(JSON.stringify({ port, updates: true }))).toEqual({ ...FIRST_DAY, updates: true })
  const place = { x: 0, y: 0, width: 1e12, height: 1, maximized: false }
  expect(readSettings(JSON.stringify({ place, explainedClose: 'yes', updates: 0, port: 5000 }))).toEqual({ ...FIRST_DAY, port: 5000 })
})

test('what it does not know is not kept', () => {
  expect(readSettings('{"preload":"/tmp/evil.js","updates":false}')).toEqual(FIRST_DAY)
})
