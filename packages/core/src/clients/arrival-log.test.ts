import type { Arrival } from '@local-mcp/contract'
import { expect, test } from 'vitest'
import { createArrivalLog } from './arrival-log.ts'

function start() {
  let now = 0
  const told: Arrival[] = []
  const log = createArrivalLog({ now: () => now }, (arrival) => told.push(arrival))
  return { log, told, pass: (ms: number) => (now += ms) }
}

test('the first of a kind is told at once, the same again only after a while, and counted meanwhile', () => {
  const { log, told, pass } = start()
  for (let at = 0; at < 5; at++) log.note({ kind: 'connected', tokenId: 'a', profileSlug: 'x' })
  expect(told).toHaveLength(1)
  expect(log.recent()).toMatchObject([{ kind: 'connected', tokenId: 'a', count: 5, reason: null }])
  pass(1000)
  log.note({ kind: 'connected', tokenId: 'a', profileSlug: 'x' })
  log.note({ kind: 'connected', tokenId: 'b', profileSlug: 'x' })
  expect(told.map(({ id, tokenId, count }) => [id, tokenId, count])).toEqual([
    ['1', 'a', 1],
    ['1', 'a', 6],
    ['2', 'b', 1],
  ])
})

test('another number of tools is something else', () => {
  const { log, told } = start()
  log.note({ kind: 'listed', tokenId: 'a', tools: 0 })
  log.note({ kind: 'listed', tokenId: 'a', tools: 17 })
  expect(told.map(({ tools }) => tools)).toEqual([0, 17])
})

test('strangers take one place, whatever they ask for', () => {
  const { log, told } = start()
  for (let at = 0; at < 10_000; at++) log.note({ kind: 'refused', reason: 'unknown_token', profileSlug: `p${at}` })
  expect(log.recent()).toMatchObject([{ count: 10_000, profileSlug: 'p9999' }])
  expect(told).toHaveLength(1)
})

test('whoever is known and invents things floods neither the memory nor the window', () => {
  const { log, told, pass } = start()
  for (let at = 0; at < 10_000; at++) log.note({ kind: 'connected', tokenId: 'a', client: { name: `c${at}`, version: null } })
  expect(log.recent()).toHaveLength(20)
  for (let at = 0; at < 1000; at++) log.note({ kind: 'connected', tokenId: `t${at}` })
  expect(log.recent()).toHaveLength(200)
  expect(told).toHaveLength(50)
  pass(5000)
  log.note({ kind: 'connected', tokenId: 'b' })
  expect(told).toHaveLength(51)
})

test('a token that is good for nothing any more takes one place, whatever it asks for', () => {
  const { log } = start()
  for (const reason of ['revoked', 'expired'] as const)
    for (let at = 0; at < 250; at++) log.note({ kind: 'refused', reason, tokenId: 'a', profileSlug: `p${at}` })
  expect(log.recent()).toMatchObject([
    { reason: 'revoked', count: 250 },
    { reason: 'expired', count: 250 },
  ])
})
