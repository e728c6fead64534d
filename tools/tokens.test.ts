import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './node-runtime.mjs'

const tokens = readFileSync(join(root, 'apps/ui/src/styles/tokens.css'), 'utf8')

type Rgb = readonly [red: number, green: number, blue: number]
type Theme = 'light' | 'dark'

/** Linear light of an oklch colour, clipped to what a screen shows. The matrices are those of CSS Color 4. */
function linearRgb(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clip = (value: number) => Math.min(Math.max(value, 0), 1)
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

const OKLCH = /oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g

/** The tokens of one theme as they are written, `over` on top of them. */
function colours(theme: Theme, over = ''): (name: string) => Rgb {
  const read = (name: string): Rgb => {
    const values = [...`${rootOf(tokens)}${over}`.matchAll(new RegExp(`^\\s*--${name}:\\s*([^;]+);`, 'gm'))]
    const value = values.at(-1)?.[1] ?? ''
    const alias = /^var\(--([\w-]+)\)$/.exec(value)
    if (alias) return read(alias[1] ?? '')
    const found = [...value.matchAll(OKLCH)]
    const [, l, c, h] = (theme === 'dark' ? found.at(-1) : found[0]) ?? []
    if (h === undefined) throw new Error(`--${name} is no colour: ${value}`)
    return linearRgb(Number(l), Number(c), Number(h))
  }
  return read
}

/** The first block: what holds where nothing was chosen. */
const rootOf = (css: string) => css.slice(0, css.indexOf('\n}'))
const more = tokens.slice(tokens.indexOf(":root[data-contrast='more']"))

function contrast(a: Rgb, b: Rgb): number {
  const light = ([red, green, blue]: Rgb) => 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
  return Math.max(light(a), light(b)) / Math.min(light(a), light(b))
}

const GROUNDS = ['canvas', 'surface', 'sunken', 'hover']
const TEXTS = ['ink', 'ink-2', 'ink-3', 'accent-text', 'ok', 'warn', 'bad']
const ON_SOFT = [
  'accent-text on accent-soft',
  'ok on ok-soft',
  'warn on warn-soft',
  'bad on bad-soft',
  'ink-2 on warn-soft',
  'ink-3 on warn-soft',
]
const ON_FILL = ['accent-ink on accent', 'accent-ink on accent-strong', 'accent-ink on bad-fill']

for (const theme of ['light', 'dark'] as const) {
  test(`${theme}: every text can be read on every ground`, () => {
    const colour = colours(theme)
    const pairs = [...GROUNDS.flatMap((ground) => TEXTS.map((text) => `${text} on ${ground}`)), ...ON_SOFT, ...ON_FILL]
    const weak = pairs
      .map((pair) => {
        const [text = '', ground = ''] = pair.split(' on ')
        return { pair, contrast: contrast(colour(text), colour(ground)) }
      })
      .filter((one) => one.contrast < 4.5)
    expect(weak).toEqual([])
  })

  test(`${theme}: what bounds a control can be seen, and so can the focus`, () => {
    const colour = colours(theme)
    for (const ground of ['canvas', 'surface', 'sunken']) {
      expect(contrast(colour('line-strong'), colour(ground)), `line-strong on ${ground}`).toBeGreaterThanOrEqual(3)
      expect(contrast(colour('accent-text'), colour(ground)), `focus on ${ground}`).toBeGreaterThanOrEqual(3)
    }
  })

  test(`${theme}, more contrast: quiet text and links reach 7`, () => {
    const colour = colours(theme, more)
    for (const ground of GROUNDS) {
      for (const text of ['ink', 'ink-2', 'ink-3', 'accent-text'])
        expect(contrast(colour(text), colour(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(7)
    }
    expect(contrast(colour('line'), colour('surface'))).toBeGreaterThanOrEqual(3)
  })
}

test('both ways to more contrast are the same', () => {
  const declared = (css: string) => [...css.matchAll(/--[\w-]+: [^;]+;/g)].map(([line]) => line)
  const media = tokens.slice(tokens.indexOf('@media (prefers-contrast: more)'), tokens.indexOf(":root[data-contrast='more']"))
  expect(declared(media)).toEqual(declared(more))
  expect(declared(more).length).toBeGreaterThan(3)
})
