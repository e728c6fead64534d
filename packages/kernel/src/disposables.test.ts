import { expect, test } from 'vitest'
import { Disposables } from './disposables.ts'

test('undoes in reverse, once, and goes on after a failing step', async () => {
  const order: number[] = []
  const undo = new Disposables()
  undo.defer(() => order.push(1))
  undo.defer(() => {
    throw new Error('second')
  })
  undo.defer(async () => order.push(3))
  await expect(undo.dispose()).rejects.toThrow('second')
  await expect(undo.dispose()).rejects.toThrow('second')
  expect(order).toEqual([3, 1])
})

test('a step that comes too late is undone at once', async () => {
  const undo = new Disposables()
  await undo.dispose()
  let undone = false
  undo.defer(() => {
    undone = true
  })
  expect(undone).toBe(true)
})
