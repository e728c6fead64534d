import type { ServerId } from '@local-mcp/kernel'
import { expect, test } from 'vitest'
import { parseFrame } from '../testing/relay.ts'
import { createSubscriptions, type Subscriber } from './subscriptions.ts'

const server = 'server' as ServerId
const update = parseFrame('{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a"}}')
const turn = () => new Promise((resolve) => setImmediate(resolve))

function open() {
  const applied: string[][] = []
  return { applied, subscriptions: createSubscriptions((_, uris) => applied.push([...uris])) }
}

function subscriber(serverIds: readonly ServerId[] = [server]): Subscriber & { heard: number } {
  const created = {
    view: { serverIds },
    heard: 0,
    resourceUpdated() {
      created.heard++
    },
  }
  return created
}

test('a server is told of the first resource at once, and of all others of the same turn together', async () => {
  const { applied, subscriptions } = open()
  const one = subscriber()
  const uris = Array.from({ length: 1000 }, (_, i) => `res:${i}`)
  for (const uri of uris) subscriptions.add(server, uri, one)
  expect(applied).toEqual([['res:0']])
  await turn()
  expect(applied.slice(1)).toEqual([uris])
  expect(subscriptions.count(one)).toBe(1000)
  applied.length = 0
  subscriptions.removeAll(one)
  await turn()
  expect(applied.map(({ length }) => length)).toEqual([999, 0])
  expect(subscriptions.count(one)).toBe(0)
})

test('what one wants to hear of, another may stop to want', async () => {
  const { applied, subscriptions } = open()
  const [one, other] = [subscriber(), subscriber()]
  for (const who of [one, other]) subscriptions.add(server, 'a', who)
  subscriptions.remove('a', one)
  subscriptions.updated(server, 'a', update)
  expect([one.heard, other.heard]).toEqual([0, 1])
  await turn()
  expect(applied).toEqual([['a']])
})

test('a server that is no longer part of an endpoint is not heard there', () => {
  const { subscriptions } = open()
  const servers = [server]
  const one = subscriber(servers)
  subscriptions.add(server, 'a', one)
  servers.pop()
  subscriptions.updated(server, 'a', update)
  expect(one.heard).toBe(0)
})

test('what a server watches is bounded; what it watches already is not', () => {
  const { subscriptions } = open()
  for (let i = 0; i < 20_000; i++) expect(subscriptions.add(server, `res:${i}`, subscriber())).toBe(true)
  expect(subscriptions.add(server, 'one more', subscriber())).toBe(false)
  expect(subscriptions.add(server, 'res:0', subscriber())).toBe(true)
})
