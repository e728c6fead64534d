import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPieces } from './pieces.ts'

test('what comes out is what went in, again and again, and stays what it was', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1000, max: 5000 })), { maxLength: 60 })
  fc.assert(
    fc.property(fc.array(sizes, { minLength: 1, maxLength: 4 }), (rounds) => {
      const pieces = createPieces()
      let next = 0
      const taken = rounds.map((round) => {
        const given = round.map((size) => Buffer.from(Array.from({ length: size }, () => next++ % 251)))
        for (const piece of given) pieces.push(piece)
        const whole = Buffer.concat(given)
        expect(pieces.length).toBe(whole.length)
        return { whole, got: pieces.take() }
      })
      for (const { whole, got } of taken) expect(got.equals(whole)).toBe(true)
    }),
  )
})

test('single bytes cost little more than they are', () => {
  const pieces = createPieces()
  const chunk = Buffer.alloc(65536)
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 2_000_000; i++) pieces.push(chunk.subarray(i % 65536, (i % 65536) + 1))
  // As objects of their own they take more than 200 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000)
  expect(pieces.take()).toHaveLength(2_000_000)
})
