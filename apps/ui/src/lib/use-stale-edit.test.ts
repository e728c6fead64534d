import { expect, test } from 'vitest'
import { changesOf, type EditField } from './use-stale-edit.ts'

interface Values {
  name: string
  text: string
}
const fields: EditField<Values>[] = [
  { label: 'Name', show: ({ name }) => name, take: (into, { name }) => ({ ...into, name }) },
  { label: 'Text', show: ({ text }) => text, take: (into, { text }) => ({ ...into, text }) },
]
const was = { name: 'a', text: 'x' }

test('what only I changed is not asked about', () => {
  expect(changesOf(fields, was, { name: 'mine', text: 'x' }, was)).toEqual([])
})

test('what only they changed is shown as not touched', () => {
  expect(changesOf(fields, was, was, { name: 'theirs', text: 'x' })).toEqual([
    { label: 'Name', mine: 'a', theirs: 'theirs', touched: false },
  ])
})

test('what both changed is shown with both, field by field', () => {
  expect(changesOf(fields, was, { name: 'mine', text: 'y' }, { name: 'theirs', text: 'z' })).toEqual([
    { label: 'Name', mine: 'mine', theirs: 'theirs', touched: true },
    { label: 'Text', mine: 'y', theirs: 'z', touched: true },
  ])
})

test('what both changed to the same is settled', () => {
  expect(changesOf(fields, was, { name: 'same', text: 'x' }, { name: 'same', text: 'x' })).toEqual([])
})
