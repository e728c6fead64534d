import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BUDGET_BYTES, measureBundle, reportBundle } from './bundle.mjs'

function built(files: Readonly<Record<string, string>>): string {
  const dist = mkdtempSync(join(tmpdir(), 'lmg-bundle-'))
  onTestFinished(() => rmSync(dist, { recursive: true }))
  mkdirSync(join(dist, 'assets'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dist, name), text)
  return dist
}

const WINDOW = {
  'index.html':
    '<script src="/first.js"></script><script type="module" src="/assets/index-aaaaaaaa.js"></script><link href="/assets/a.css">',
  'first.js': '1',
  'assets/a.css': 'a{}',
  'assets/index-aaaaaaaa.js': 'import{a}from"./shared-bbbbbbbb.js";import("./servers-page-dddddddd.js")',
  'assets/shared-bbbbbbbb.js': 'export const a=1',
  'assets/overview-page-cccccccc.js': 'import"./shared-bbbbbbbb.js";import{b} from"./only-eeeeeeee.js"',
  'assets/only-eeeeeeee.js': 'export const b=1',
  'assets/servers-page-dddddddd.js': 'import"./late-ffffffff.js"',
  'assets/late-ffffffff.js': '1',
}

test('the first load is what the page names, what that imports, and the overview; not what is loaded later', () => {
  const { first, pages } = measureBundle(built(WINDOW))
  expect([...first.keys()].toSorted()).toEqual([
    'assets/a.css',
    'assets/index-aaaaaaaa.js',
    'assets/only-eeeeeeee.js',
    'assets/overview-page-cccccccc.js',
    'assets/shared-bbbbbbbb.js',
    'first.js',
    'index.html',
  ])
  expect(pages.map(({ name }) => name).toSorted()).toEqual(['overview-page', 'servers-page'])
})

test('too much is told', () => {
  expect(reportBundle(built(WINDOW)).fits).toBe(true)
  const noise = Array.from({ length: BUDGET_BYTES }, (_, at) => ((at * 2_654_435_761) % 4_294_967_296).toString(36)).join('')
  const { fits, text } = reportBundle(built({ ...WINDOW, 'assets/only-eeeeeeee.js': noise }))
  expect(fits).toBe(false)
  expect(text).toContain('only-eeeeeeee')
})
