import type { Draft } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { candidatesOf, openAsks, shownOfDraft, suggestedAnswers, valuesOfDraft } from './draft-values.ts'
import { toServerInput } from './server-form-values.ts'

const draft: Draft = {
  name: 'files',
  type: 'external',
  config: { command: 'npx', args: ['-y', 'x', '{{ask:my folder}}'], env: { API_KEY: 'abc123', EXTRA: '{{ask:EXTRA}}' } },
  asks: [
    { name: 'my folder', text: null, href: null, secret: false, optional: false, suggestion: null },
    { name: 'EXTRA', text: null, href: null, secret: false, optional: true, suggestion: null },
  ],
  secrets: [{ place: ['env', 'API_KEY'], suggestedName: 'API_KEY' }],
  hints: [],
  ignored: [],
}

test('a secret goes no further than into a reference, and the variable is named', () => {
  const [candidate] = candidatesOf([draft], { preset: null, skipped: [] }, null)
  expect(JSON.stringify(candidate)).not.toContain('abc123')
  expect(candidate).toMatchObject({ variables: ['API_KEY'], draft: { config: { env: { API_KEY: '{{env:API_KEY}}' } } } })
})

test('where secrets can be stored it goes into a named one, under a name that is free', () => {
  const twice: Draft = {
    ...draft,
    type: 'remote_http',
    config: { url: 'https://x.example.com', headers: { Authorization: 'Bearer abc123', 'X-Key': 'abc123' } },
    secrets: [
      { place: ['headers', 'Authorization'], suggestedName: 'API_KEY' },
      { place: ['headers', 'X-Key'], suggestedName: 'X_KEY' },
    ],
  }
  const [one, other] = candidatesOf([draft, twice], { preset: null, skipped: [] }, new Set(['API_KEY']))
  expect(one).toMatchObject({
    variables: [],
    secrets: [{ name: 'API_KEY-2', value: 'abc123' }],
    draft: { config: { env: { API_KEY: '{{secret:API_KEY-2}}' } } },
  })
  expect(other).toMatchObject({
    secrets: [{ name: 'API_KEY-3', value: 'abc123' }],
    draft: { config: { headers: { Authorization: 'Bearer {{secret:API_KEY-3}}', 'X-Key': '{{secret:API_KEY-3}}' } } },
  })
})

test('what is open is asked for and shown as open; what is optional is left out', () => {
  const answers = suggestedAnswers(draft)
  expect(openAsks(draft, answers).map(({ name }) => name)).toEqual(['my folder'])
  expect(shownOfDraft(draft, answers)).toEqual({ words: ['npx', '-y', 'x', '<my folder>'], settings: ['API_KEY=abc123'] })
  expect(shownOfDraft(draft, { EXTRA: 'e' }).settings).toEqual(['API_KEY=abc123', 'EXTRA=e'])
  expect(toServerInput(valuesOfDraft(draft, { ...answers, 'my folder': '/a b' }))).toEqual({
    name: 'files',
    sourceIds: [],
    keepAlive: false,
    type: 'external',
    config: { command: 'npx', args: ['-y', 'x', '/a b'], env: { API_KEY: 'abc123' } },
  })
})

test('a remote server comes with its headers', () => {
  const remote: Draft = {
    ...draft,
    type: 'remote_sse',
    config: { url: 'https://x.example.com/sse', headers: { 'X-Team': 'a' } },
    asks: [],
    secrets: [],
  }
  expect(toServerInput(valuesOfDraft(remote, {}))).toMatchObject({
    type: 'remote_sse',
    config: { url: 'https://x.example.com/sse', headers: { 'X-Team': 'a' } },
  })
  expect(shownOfDraft(remote, {}).settings).toEqual(['X-Team: a'])
})
