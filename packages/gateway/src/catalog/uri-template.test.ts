import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesTemplate } from './uri-template.ts'

describe('matching', () => {
  test.each([
    ['test://template/{id}/data', 'test://template/7/data', true],
    ['test://template/{id}/data', 'test://template/7/8/data', false],
    ['test://template/{id}/data', 'test://template/7/data/more', false],
    ['test://template/{id}/data', 'other://template/7/data', false],
    ['file:///{+path}', 'file:///a/b/c', true],
    ['repo://{+path}/{id}', 'repo://a/b/c', true],
    ['repo://{owner}{/path*}', 'repo://me/a/b', true],
    ['search://x{?q,lang}', 'search://x?q=1&lang=de', true],
    ['a{b}a', 'a', false],
    ['a{b}a', 'aa', true],
    ['plain://no-variables', 'plain://no-variables', true],
    ['plain://no-variables', 'plain://no-variables2', false],
  ])('%s and %s: %s', (template, uri, expected) => {
    expect(matchesTemplate(template, uri)).toBe(expected)
  })

  const unreserved = fc.string({ unit: fc.constantFrom('a', 'b', 'x', '/', '?', '%', 'é', '-', '{', ' '), maxLength: 6 })
  const literal = fc.string({ unit: fc.constantFrom('a', 'x', '/', '-', ':'), maxLength: 4 })
  // RFC 6570, the operators that resource templates use; values as they come out of an expansion.
  const reserved = (value: string) => value.replace(/[^a-z/?-]/g, encodeURIComponent)
  const expression = fc
    .tuple(fc.constantFrom('', '+', '#', '/', '?', '.', ';'), unreserved, fc.boolean())
    .map(([operator, value, explode]): [string, string] => {
      const plain = encodeURIComponent(value)
      const name = explode ? 'v*' : 'v'
      if (operator === '') return [`{${name}}`, plain]
      if (operator === '+') return [`{+${name}}`, reserved(value)]
      if (operator === '#') return [`{#${name}}`, `#${reserved(value)}`]
      if (operator === '?' || operator === ';') return [`{${operator}${name}}`, `${operator}v=${plain}`]
      return [`{${operator}${name}}`, explode ? `${operator}${plain}${operator}${plain}` : `${operator}${plain}`]
    })
  test('whatever a template expands to, it matches', () => {
    fc.assert(
      fc.property(literal, fc.array(fc.tuple(expression, literal), { maxLength: 5 }), (first, parts) => {
        const template = first + parts.map(([[text], after]) => text + after).join('')
        const uri = first + parts.map(([[, value], after]) => value + after).join('')
        expect(matchesTemplate(template, uri), `${template} ${uri}`).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  const many = 100_000
  test.each([
    ['braces that never close', '{'.repeat(many), 'x'.repeat(many)],
    ['braces that never close, and one that does', `${'{'.repeat(many)}}`, 'x'.repeat(many)],
    ['a hundred variables', `${'{a}x'.repeat(100)}y`, 'x'.repeat(many)],
    ['many variables with nothing between', '{a}'.repeat(many / 4), 'x'.repeat(many)],
    ['reserved and plain by turns', `${'{+a}x{b}x'.repeat(100)}y`, 'x/'.repeat(many / 2)],
  ])('time is linear: %s', (_, template, uri) => {
    // Anything quadratic in these lengths takes minutes.
    const started = performance.now()
    matchesTemplate(template, uri)
    expect(performance.now() - started).toBeLessThan(3000)
  })
})
