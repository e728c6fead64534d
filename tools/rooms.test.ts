import { expect, test } from 'vitest'
import { root } from './node-runtime.mjs'
import { checkRooms, importsOf, MAY_IMPORT, ONLY_IN, refuse } from './rooms.mjs'

test('this house keeps its own rules', () => {
  expect(checkRooms(root)).toEqual([])
})

test('every way to import is seen', () => {
  const source = `import a from 'one'\nimport { b,\n  c } from "two"\nexport * from 'three'\nimport 'four'\nconst d = await import('five')\nexport { e } from './six.ts'\nimport type { F } from 'seven'\n// import x from 'no'`
  expect(importsOf(source)).toEqual(['one', 'two', 'three', 'four', 'five', './six.ts', 'seven'])
})

test.each([
  ['core', '@local-mcp/database'],
  ['core', '@local-mcp/gateway'],
  ['ui', '@local-mcp/core'],
  ['ui', '@local-mcp/runtime'],
  ['server', '@local-mcp/gateway'],
  ['gateway', '@local-mcp/database'],
  ['kernel', '@local-mcp/contract'],
  ['kernel', 'node:fs'],
  ['contract', 'node:crypto'],
  ['ui', 'node:path'],
  ['core', 'better-sqlite3'],
  ['core', 'drizzle-orm/sqlite-core'],
  ['gateway', '@orpc/server'],
  ['runtime', 'electron'],
  ['runtime', '@local-mcp/core/src/slug.ts'],
  ['runtime', '@local-mcp/testing'],
])('%s may not import %s', (room, imported) => {
  expect(refuse(room, imported, false)).toEqual(expect.any(String))
})

test('tests may use the testing room, Node and libraries, but no room that is out of bounds', () => {
  expect(refuse('kernel', 'node:fs', true)).toBeNull()
  expect(refuse('server', '@local-mcp/testing', true)).toBeNull()
  expect(refuse('ui', '@local-mcp/database', true)).toEqual(expect.any(String))
})

test('the table has no circle', () => {
  const reaches = (from: string, seen: readonly string[] = []): string[] =>
    ((MAY_IMPORT as Record<string, string[]>)[from] ?? []).flatMap((to) => (seen.includes(to) ? [to] : [to, ...reaches(to, [...seen, to])]))
  for (const room of Object.keys(MAY_IMPORT)) expect(reaches(room)).not.toContain(room)
  for (const rooms of Object.values(ONLY_IN)) for (const room of rooms) expect(Object.keys(MAY_IMPORT)).toContain(room)
})
