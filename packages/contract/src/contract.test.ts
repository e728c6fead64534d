import { expect, test } from 'vitest'
import { contract } from './contract.ts'
import type { OperationMeta } from './operations/base.ts'

interface Operation {
  readonly name: string
  readonly meta: OperationMeta
  readonly path: string | undefined
  readonly method: string | undefined
}

const operations: Operation[] = Object.entries(contract).flatMap(([noun, verbs]) =>
  Object.entries(verbs).map(([verb, procedure]) => {
    const { meta, route } = procedure['~orpc']
    return { name: `${noun}.${verb}`, meta, path: route.path, method: route.method }
  }),
)

test('what the owner alone may do has no address', () => {
  for (const { name, meta, path } of operations) if (meta.permission === 'owner') expect(path, name).toBeUndefined()
  expect(operations.find(({ name }) => name === 'servers.approve')?.meta.permission).toBe('owner')
})

test('reading changes nothing and writing is never a GET', () => {
  for (const { name, meta, method, path } of operations) {
    if (path === undefined) continue
    // The rights over the system do not tell reading from changing: there the verb does.
    const reads = /\.read$/.test(meta.permission) || ['backups.list', 'backups.getSettings'].includes(name)
    expect(method === 'GET', name).toBe(reads)
  }
})

test('no two operations share an address', () => {
  const addresses = operations.filter(({ path }) => path !== undefined).map(({ method, path }) => `${method} ${path}`)
  expect(new Set(addresses).size).toBe(addresses.length)
})
