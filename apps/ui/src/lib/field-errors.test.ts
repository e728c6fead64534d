import { expect, test } from 'vitest'
import { fieldErrors, strayErrors } from './field-errors.ts'

test('joins paths and keeps the first message of a field', () => {
  expect(
    fieldErrors([
      { path: ['config', 'env', 'TOKEN'], message: 'looks like a secret' },
      { path: ['config', 'env', 'TOKEN'], message: 'second' },
      { path: ['config', 'args', 0], message: 'too long' },
    ]),
  ).toEqual({ 'config.env.TOKEN': 'looks like a secret', 'config.args.0': 'too long' })
})

test('names what no field of the form stands for', () => {
  expect(strayErrors({ name: 'taken', 'config.args.0': 'too long', '': 'odd' }, ['name'])).toEqual(['config.args.0: too long', 'odd'])
})
