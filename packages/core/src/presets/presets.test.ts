import { answerDraft, asksIn, mapTexts } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { parseServerConfig } from '../servers/server-config.ts'
import { findPreset, searchPresets } from './preset-list.ts'
import { PRESETS } from './presets.ts'

test.each(PRESETS.map((preset) => [preset.id, preset] as const))(
  '%s asks for what it needs, and becomes a server with the answers',
  (_, { draft, purpose }) => {
    const marks = new Set<string>()
    mapTexts(draft.config, (text) => {
      for (const name of asksIn(text)) marks.add(name)
      return text
    })
    expect([...marks].sort()).toEqual(draft.asks.map(({ name }) => name).sort())
    expect(purpose).toMatch(/^[A-Z][^\n]*\.$/)
    const answers = Object.fromEntries(
      draft.asks.filter(({ optional }) => !optional).map(({ name, suggestion }) => [name, suggestion ?? '/srv']),
    )
    const config = answerDraft(draft, answers)
    const local = 'url' in config && config.url.startsWith('http://127.')
    expect(parseServerConfig(draft.type, { ...config, ...(local ? { allowPrivateNetwork: true } : {}) })).toMatchObject(config)
  },
)

test('an optional key that nobody gave is left out whole', () => {
  const { draft } = findPreset('context7')
  expect(answerDraft(draft, {})).toEqual({ url: 'https://mcp.context7.com/mcp', headers: {} })
  expect(answerDraft(draft, { CONTEXT7_API_KEY: '{{env:K}}' })).toMatchObject({ headers: { CONTEXT7_API_KEY: '{{env:K}}' } })
})

test('ids are what a URL and a shell take as they are, and no two are the same', () => {
  for (const { id } of PRESETS) expect(id).toMatch(/^[a-z][a-z0-9-]*$/)
  expect(new Set(PRESETS.map(({ id }) => id)).size).toBe(PRESETS.length)
})

test('they are found by words of title and purpose', () => {
  expect(searchPresets('BROWSER real').map(({ id }) => id)).toEqual(['playwright'])
  expect(searchPresets('nothing of the kind')).toEqual([])
  expect(searchPresets()).toHaveLength(PRESETS.length)
  expect(() => findPreset('nope')).toThrow(expect.objectContaining({ code: 'PRESET_NOT_FOUND' }))
})
