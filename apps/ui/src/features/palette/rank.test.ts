import { expect, test } from 'vitest'
import { rank } from './rank.ts'

const named = (...labels: string[]) => labels.map((label) => ({ label }))
const ranked = (labels: string[], search: string) => rank(named(...labels), search).map(({ label }) => label)

test('the name itself, then beginnings, beginnings of words, parts', () => {
  expect(ranked(['Legit', 'My git', 'GitHub', 'git', 'Slack'], 'git')).toEqual(['git', 'GitHub', 'My git', 'Legit'])
})

test('every word has to be found, in any order', () => {
  expect(ranked(['Restart GitHub', 'Restart Slack', 'GitHub'], 'hub rest')).toEqual(['Restart GitHub'])
})

test('case and marks do not matter, in any script', () => {
  expect(ranked(['Café'], 'CAFE')).toEqual(['Café'])
  expect(ranked(['Ärger'], 'ar')).toEqual(['Ärger'])
  expect(ranked(['ملفات'], 'ملف')).toEqual(['ملفات'])
  expect(ranked(['ファイル'], 'ファ')).toEqual(['ファイル'])
})

test('letters that lie all over are an accident, and one letter alone is not looked for so', () => {
  expect(ranked(['a very long name of a server that has been written on and on z'], 'az')).toEqual([])
  expect(ranked(['server'], 'z')).toEqual([])
  expect(ranked(['postgres'], 'pgr')).toEqual(['postgres'])
})

test('what is far from the best answer is left out', () => {
  expect(ranked(['Everything', 'The server never answered', 'Add server'], 'ever')).toEqual(['Everything', 'The server never answered'])
  expect(ranked(['Add server'], 'srv')).toEqual(['Add server'])
})

test('what else is known of it is found, and worth less than a name', () => {
  const items = [{ label: 'Other', words: 'http://localhost/mcp/work' }, { label: 'Work' }]
  expect(rank(items, 'work').map(({ label }) => label)).toEqual(['Work', 'Other'])
})

test('nothing typed leaves the order, and signs of patterns are letters', () => {
  expect(ranked(['b', 'a'], '  ')).toEqual(['b', 'a'])
  expect(ranked(['a.b', 'axb'], '.')).toEqual(['a.b'])
  expect(ranked(['(x)'], '(')).toEqual(['(x)'])
})
