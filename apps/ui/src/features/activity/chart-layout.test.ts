import { expect, test } from 'vitest'
import { layOut, linesThrough, roundUp } from './chart-layout.ts'

const point = (calls: number, errors = 0, p95Ms = 0) => ({ at: 0, calls, errors, p95Ms })

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [5, 5],
  [11, 20],
  [99, 100],
  [101, 200],
  [4_999, 5_000],
])('a scale for %d ends at %d', (value, top) => {
  expect(roundUp(value)).toBe(top)
})

test('what failed stands below what went well, and both together are as high as the calls', () => {
  const [bar] = layOut([point(10, 4)], 100, 50, { calls: 20, p95Ms: 1 })
  expect(bar).toMatchObject({ failedTop: 40, failedHeight: 10, fineTop: 25, fineHeight: 15 })
})

test('one failure among thousands of calls can be seen, and nothing is drawn where nothing was', () => {
  const [many, none] = layOut([point(5000, 1), point(0)], 100, 50, { calls: 5000, p95Ms: 1 })
  expect(many?.failedHeight).toBe(2)
  expect(none).toMatchObject({ failedHeight: 0, fineHeight: 0, p95Top: null })
})

test('bars share the width whatever their number', () => {
  for (const count of [1, 7, 24, 720]) {
    const bars = layOut(
      Array.from({ length: count }, () => point(1)),
      700,
      50,
      { calls: 1, p95Ms: 1 },
    )
    expect(bars.at(-1)!.start + bars.at(-1)!.width).toBeCloseTo(700)
    expect(bars.every(({ barWidth }) => barWidth >= 1 && barWidth <= 34)).toBe(true)
  }
  expect(layOut([], 700, 50, { calls: 1, p95Ms: 1 })).toEqual([])
})

test('a line is broken where there was no call', () => {
  const bars = layOut([point(1, 0, 5), point(1, 0, 10), point(0), point(1, 0, 20)], 40, 100, { calls: 1, p95Ms: 10 })
  expect(linesThrough(bars)).toEqual([
    [
      { x: 5, y: 50 },
      { x: 15, y: 0 },
    ],
    [{ x: 35, y: 0 }],
  ])
})
