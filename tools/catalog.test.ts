import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseSync, Visitor } from 'vite'
import { expect, test } from 'vitest'
import { en } from '../apps/ui/src/i18n/en/en.ts'
import { root } from './node-runtime.mjs'

const src = join(root, 'apps/ui/src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.') && !name.startsWith('i18n'))
  .map((name) => join(src, name))

/** What is said in words of a language, where a person reads or hears it. */
const SPOKEN = new Set([
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'aria-valuetext',
  'title',
  'placeholder',
  'alt',
  'label',
  'text',
  'description',
  'hint',
  'action',
  'submit',
  'word',
])
/** Examples of what is typed are the same in every language. */
const EXAMPLE = /^(https?:\/\/\S*|npx -y \S+|Authorization)$/
const hasWords = (text: string) => /\p{L}{2,}/u.test(text) && !EXAMPLE.test(text.trim())

interface Found {
  readonly hardCoded: string[]
  readonly keys: string[]
  readonly literals: string[]
  readonly patterns: RegExp[]
}

function readTexts(file: string, text: string): Found {
  const found: Found = { hardCoded: [], keys: [], literals: [], patterns: [] }
  const at = (start: number) => `${relative(root, file)}:${text.slice(0, start).split('\n').length}`
  const tell = (start: number, words: string) => void (hasWords(words) && found.hardCoded.push(`${at(start)} ${words.trim()}`))
  const { program, errors } = parseSync(file, text)
  expect(errors).toEqual([])
  new Visitor({
    JSXText: (node) => tell(node.start, node.value),
    JSXExpressionContainer({ expression }) {
      if (expression.type === 'Literal' && typeof expression.value === 'string') tell(expression.start, expression.value)
    },
    JSXAttribute({ name, value }) {
      if (name.type !== 'JSXIdentifier' || !SPOKEN.has(name.name) || value === null) return
      const inner = value.type === 'JSXExpressionContainer' ? value.expression : value
      if (inner.type === 'Literal' && typeof inner.value === 'string') tell(inner.start, inner.value)
      if (inner.type === 'TemplateLiteral') tell(inner.start, inner.quasis.map(({ value: { raw } }) => raw).join(' '))
    },
    CallExpression({ callee, arguments: [first] }) {
      const isT = callee.type === 'Identifier' && callee.name === 't'
      if (isT && first?.type === 'Literal' && typeof first.value === 'string') found.keys.push(first.value)
    },
    Literal: (node) => void (typeof node.value === 'string' && found.literals.push(node.value)),
    TemplateLiteral({ quasis }) {
      const [head, ...rest] = quasis.map(({ value: { raw } }) => raw)
      // Without its first words a template would fit any key.
      if (head && /^[a-z][\w]*\./i.test(head)) found.patterns.push(new RegExp(`^${[head, ...rest].map(escaped).join('[^.]+')}$`))
    },
  }).visit(program)
  return found
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
const PLURAL = /_(zero|one|two|few|many|other)$/

function flat(catalog: object, path = ''): [string, string][] {
  return Object.entries(catalog).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : flat(value as object, `${path}${key}.`),
  )
}

const texts = flat(en)
const keys = new Set(texts.map(([key]) => key))
const counted = new Set([...keys].filter((key) => key.endsWith('_other')).map((key) => key.replace(PLURAL, '')))
const baseOf = (key: string) => (counted.has(key.replace(PLURAL, '')) ? key.replace(PLURAL, '') : key)
const known = new Set([...keys].map(baseOf))
const all = files.map((file) => readTexts(file, readFileSync(file, 'utf8')))

test('no text is written into a component', () => {
  expect(all.flatMap(({ hardCoded }) => hardCoded)).toEqual([])
})

test('what looks for such texts finds each kind of them', () => {
  const { hardCoded } = readTexts(
    'made-up.tsx',
    `export const A = () => <p title="One two" aria-label={\`Of \${1} kind\`}>Three four{"Five"} <b className="not this">·</b><i placeholder="https://x" /></p>`,
  )
  expect(hardCoded.map((line) => line.split(' ')[1])).toEqual(['One', 'Of', 'Three', 'Five'])
})

test('every text that is asked for is there', () => {
  const asked = all.flatMap(({ keys }) => keys)
  expect(asked.length).toBeGreaterThan(300)
  expect(asked.filter((key) => !known.has(key))).toEqual([])
})

test('every text that is there is asked for', () => {
  const literals = new Set(all.flatMap((one) => one.literals))
  const patterns = all.flatMap((one) => one.patterns)
  expect([...known].filter((key) => !literals.has(key) && !patterns.some((pattern) => pattern.test(key)))).toEqual([])
})

test('a text that counts has the forms of English', () => {
  expect(counted.size).toBeGreaterThan(10)
  for (const base of counted) expect(keys).toContain(`${base}_one`)
  for (const key of keys) if (/_(zero|one)$/.test(key)) expect(counted).toContain(key.replace(PLURAL, ''))
})

test('no text is empty, glued to its neighbour by spaces, or brings markup along', () => {
  const odd = texts.filter(([key, text]) => (text.trim() !== text && !key.startsWith('diff.')) || text === '' || /<\/?[a-z]/i.test(text))
  expect(odd).toEqual([])
})
