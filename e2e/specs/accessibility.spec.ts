import type { Page } from '@playwright/test'
import axe, { type AxeResults, type RunOptions } from 'axe-core'
import { expect, test } from '../hosts/furnished-journey.ts'
import { SHOWN, show } from '../pages.ts'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const IMPACTS = ['critical', 'serious', 'moderate', 'minor'] as const
const ALL: RunOptions = { runOnly: { type: 'tag', values: TAGS }, resultTypes: ['violations'] }
/** All that a colour scheme alone can change. */
const COLOURS: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }, resultTypes: ['violations'] }
const LOOKS = [
  { scheme: 'light', width: 1280, options: ALL },
  { scheme: 'dark', width: 1280, options: COLOURS },
  { scheme: 'dark', width: 800, options: ALL },
] as const

/** Colours fade, if ever so briefly, and what is within what fades begins when that has ended. */
const settled = (page: Page) =>
  page.evaluate(async () => {
    for (let frames = 0, still = 0; frames < 60 && still < 4; frames++) {
      await new Promise(requestAnimationFrame)
      still = document.getAnimations().some(({ playState }) => playState === 'running') ? 0 : still + 1
    }
  })

const run = (page: Page, options: RunOptions) =>
  page.evaluate(async (chosen) => {
    const { violations } = await (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(chosen)
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, any, all, none }) => ({
        id,
        impact: impact ?? 'minor',
        where: target.join(' '),
        why: [...any, ...all, ...none][0]?.message ?? '',
      })),
    )
  }, options)

test('no page in any state has what axe calls serious or critical, in light and dark, wide and narrow', async ({
  steadyWindow,
  furnished,
}) => {
  test.setTimeout(420_000)
  const { page, carrier } = await steadyWindow()
  const counts = Object.fromEntries(IMPACTS.map((impact) => [impact, 0]))
  const found: string[] = []
  for (const shown of SHOWN) {
    await show(page, carrier, furnished.ids, shown)
    await page.evaluate(axe.source)
    for (const { scheme, width, options } of LOOKS) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.setViewportSize({ width, height: 900 })
      await settled(page)
      for (const { id, impact, where, why } of await run(page, options)) {
        counts[impact]!++
        found.push(`${impact}: ${shown.id} ${scheme} ${width}: ${id} at ${where}: ${why}`)
      }
    }
  }
  process.stdout.write(
    `axe ${axe.version}: ${SHOWN.length} pages and states, ${SHOWN.length * LOOKS.length} looks, violations ${JSON.stringify(counts)}\n`,
  )
  expect(found).toEqual([])
})

test('every control is reached by the tab key and shows that it has the focus', async ({ steadyWindow, furnished }) => {
  test.setTimeout(240_000)
  const { page, carrier } = await steadyWindow()
  const wrong: string[] = []
  let controls = 0
  for (const shown of SHOWN.filter(({ before }) => !before)) {
    await show(page, carrier, furnished.ids, shown)
    const count = await page.evaluate(watchFocus)
    const look = () => page.evaluate(() => (globalThis as unknown as Watched).watched())
    // Over the end, where the focus leaves the page and comes back; a long list has more as it is walked through.
    for (let presses = 0; presses < count + 4; presses++) await page.keyboard.press('Tab')
    for (let more = 0; more < 100 && (await look()).missed.length > 0; more++) await page.keyboard.press('Tab')
    const { missed, unseen } = await look()
    controls += count
    wrong.push(...missed.map((one) => `${shown.id}: not reached: ${one}`), ...unseen.map((one) => `${shown.id}: no sign of focus: ${one}`))
  }
  process.stdout.write(`tab key: ${controls} controls of ${SHOWN.filter(({ before }) => !before).length} pages and dialogs\n`)
  expect(wrong).toEqual([])
})

interface Watched {
  watched(): { missed: string[]; unseen: string[] }
}

/** Begins to watch where the focus goes. In the page. @returns how many controls it has to come to */
function watchFocus(): number {
  const open = [...document.querySelectorAll('[role=dialog],[role=alertdialog]')].at(-1) ?? document.body
  const can = [...open.querySelectorAll<HTMLElement>('a[href],button,input,textarea,select,summary,[tabindex]')].filter(
    (one) =>
      one.tabIndex >= 0 &&
      !one.matches(':disabled,[data-base-ui-focus-guard]') &&
      !one.closest('[inert],[aria-hidden=true]') &&
      one.checkVisibility({ visibilityProperty: true }),
  )
  const seen = new Set<Element>()
  const unseen = new Set<string>()
  const nameOf = (one: Element) =>
    `${one.tagName.toLowerCase()} "${(one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 40)}" ${one.id}`
  const hasSign = (one: Element) => {
    // The one field of the search over everything: the caret in it says enough.
    if (one.matches('[role=dialog] [role=combobox][aria-expanded=true]')) return true
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(one)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && !/, 0\)$|\/ 0\)$|transparent/.test(outlineColor)
  }
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof Element)) return
    seen.add(target)
    if (can.includes(target as HTMLElement) && !hasSign(target)) unseen.add(nameOf(target))
  })
  if (document.activeElement instanceof HTMLElement && document.activeElement !== document.body) seen.add(document.activeElement)
  ;(globalThis as unknown as Watched).watched = () => ({
    missed: can.filter((one) => one.isConnected && !seen.has(one)).map(nameOf),
    unseen: [...unseen],
  })
  return can.length
}
