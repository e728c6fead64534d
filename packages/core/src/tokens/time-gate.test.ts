import type { TimeWindow } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import { createTimeGate } from './time-gate.ts'

const isOpen = (window: TimeWindow, at: string) => createTimeGate(window)(Date.parse(at))

test.each([
  ['2026-11-23T08:59:59Z', false],
  ['2026-11-23T09:00:00Z', true],
  ['2026-11-23T16:59:59Z', true],
  ['2026-11-23T17:00:00Z', false],
  // A Sunday.
  ['2026-11-22T12:00:00Z', false],
])('mon to fri, 09:00 to 17:00: %s is %s', (at, open) => {
  expect(isOpen({ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00', zone: 'UTC' }, at)).toBe(open)
})

test('a night belongs to the day it begins on', () => {
  const night: TimeWindow = { days: ['fri'], from: '22:00', to: '06:00', zone: 'UTC' }
  const open = [
    '2026-11-27T21:59Z',
    '2026-11-27T22:00Z',
    '2026-11-28T05:59Z',
    '2026-11-28T06:00Z',
    '2026-11-28T22:30Z',
    '2026-11-27T03:00Z',
  ]
  expect(open.map((at) => isOpen(night, at))).toEqual([false, true, true, false, false, false])
})

test('without days and hours it is always open, and a day ends at 24:00', () => {
  expect(isOpen({ zone: 'UTC' }, '2026-11-22T23:59:59Z')).toBe(true)
  expect(isOpen({ from: '23:00', to: '24:00', zone: 'UTC' }, '2026-11-22T23:59:59Z')).toBe(true)
  expect(isOpen({ from: '23:00', to: '24:00', zone: 'UTC' }, '2026-11-23T00:00:00Z')).toBe(false)
})

test('the clock on the wall counts, in summer and in winter', () => {
  const office: TimeWindow = { from: '09:00', to: '10:00', zone: 'Europe/Prague' }
  expect(['2026-07-01T07:30Z', '2026-07-01T08:30Z'].map((at) => isOpen(office, at))).toEqual([true, false])
  expect(['2026-12-01T07:30Z', '2026-12-01T08:30Z'].map((at) => isOpen(office, at))).toEqual([false, true])
})

test('an hour that comes twice is open twice; around one that is skipped nothing is missed', () => {
  const early: TimeWindow = { from: '02:00', to: '03:00', zone: 'Europe/Prague' }
  // On 25 October 2026 the hour from 2 to 3 comes twice.
  expect(['2026-10-25T00:30Z', '2026-10-25T01:30Z', '2026-10-25T02:00Z'].map((at) => isOpen(early, at))).toEqual([true, true, false])
  // On 29 March 2026 it goes from 01:59 to 03:00.
  expect(['2026-03-29T00:59Z', '2026-03-29T01:00Z'].map((at) => isOpen(early, at))).toEqual([false, false])
  const around: TimeWindow = { from: '01:30', to: '03:30', zone: 'Europe/Prague' }
  expect(['2026-03-29T00:29Z', '2026-03-29T00:30Z', '2026-03-29T01:29Z', '2026-03-29T01:30Z'].map((at) => isOpen(around, at))).toEqual([
    false,
    true,
    true,
    false,
  ])
})

test('one gate follows the time forwards and backwards', () => {
  const gate = createTimeGate({ from: '09:00', to: '10:00', zone: 'UTC' })
  const times = ['2026-11-23T09:59:59Z', '2026-11-23T10:00:00Z', '2026-11-23T09:00:00Z'].map((at) => Date.parse(at))
  expect(times.map(gate)).toEqual([true, false, true])
})

test.each([
  [{ zone: 'Europe/Atlantis' }, 'zone'],
  [{ from: '09:00', to: '09:00', zone: 'UTC' }, 'to'],
])('%j is refused', (window, field) => {
  expect(() => createTimeGate(window)).toThrow(AppError)
  expect(() => createTimeGate(window)).toThrow(
    expect.objectContaining({ code: 'VALIDATION_ERROR', fields: [expect.objectContaining({ path: ['timeWindow', field] })] }),
  )
})
