import type { Call } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { activityPath, fits, readFilters, toQuery } from './call-filters.ts'

const TOKEN = '00000000-0000-4000-8000-000000000001'
const call = (part: Partial<Call>): Call => ({
  id: TOKEN,
  at: 1000,
  method: 'tools/call',
  profileSlug: 'default',
  serverId: 's1',
  tool: 'Echo',
  accountName: null,
  tokenId: TOKEN,
  tokenName: 'Cursor',
  clientName: null,
  status: 'success',
  errorCode: null,
  durationMs: 1,
  ...part,
})

test('filters go into the address and come back', () => {
  const filters = { q: 'a&b=ü "x"', server: 's1', result: 'failed', from: '5', to: '9' }
  const path = activityPath(filters)
  expect(readFilters(path.slice(path.indexOf('?')))).toEqual(filters)
  expect(activityPath({})).toBe('/activity')
})

test.each([
  ['?q=%20%20', {}],
  [`?q=${'x'.repeat(500)}`, { text: 'x'.repeat(200) }],
  ['?token=nobody', {}],
  [`?token=${TOKEN}`, { token: TOKEN }],
  ['?from=yesterday&to=-1', {}],
  ['?from=1&to=2', { from: 1, to: 2 }],
  ['?from=99999999999999999999', {}],
  ['?result=failed', { hasError: true }],
  ['?result=timeout', { status: 'timeout' }],
  ['?result=wat&other=1', {}],
])('%s asks for %j', (search, query) => {
  expect(toQuery(readFilters(search))).toEqual(query)
})

test('a call is held against each filter', () => {
  expect(fits(call({}), {})).toBe(true)
  expect(fits(call({}), { profile: 'other' })).toBe(false)
  expect(fits(call({}), { server: 's1', token: TOKEN, method: 'tools/call', status: 'success' })).toBe(true)
  expect(fits(call({ serverId: null }), { server: 's1' })).toBe(false)
  expect(fits(call({ status: 'timeout' }), { hasError: true })).toBe(true)
  expect(fits(call({ status: 'cancelled' }), { hasError: true })).toBe(false)
  expect(fits(call({}), { from: 1000, to: 1001 })).toBe(true)
  expect(fits(call({}), { to: 1000 })).toBe(false)
})

test('a text is found in names whatever the case; whether it is in what was sent cannot be told here', () => {
  expect(fits(call({}), { text: 'eCH' })).toBe(true)
  expect(fits(call({}), { text: 'elsewhere' })).toBe('unknown')
  expect(fits(call({}), { text: 'elsewhere', server: 's2' })).toBe(false)
})
