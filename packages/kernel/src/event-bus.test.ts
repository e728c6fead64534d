import { expect, test } from 'vitest'
import { createEventBus } from './event-bus.ts'

test('a listener that throws keeps nobody else from hearing', () => {
  const errors: unknown[] = []
  const heard: number[] = []
  const bus = createEventBus<number>((error) => errors.push(error))
  bus.on(() => {
    throw new Error('bad')
  })
  const off = bus.on((event) => heard.push(event))
  bus.emit(1)
  off()
  bus.emit(2)
  expect(heard).toEqual([1])
  expect(errors).toHaveLength(2)
})
