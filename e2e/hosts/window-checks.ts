import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'

/** Paths of all pages of the window; `fill` gives what stands for `:server` and the like. */
export function pagesOfWindow(fill: Readonly<Record<string, string>>): string[] {
  const source = readFileSync(new URL('../../apps/ui/src/app/pages.tsx', import.meta.url), 'utf8')
  return [...source.matchAll(/ page\('([^']+)'/g)].map(([, pattern = '']) =>
    pattern.replace(/:(\w+)/g, (_, name: string) => fill[name] ?? 'none'),
  )
}

/** Opens a page of the window as a click on a link does, and waits until nothing is on its way. */
export async function openPage(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, path)
  await page
    .getByRole('heading', { level: 1 })
    .or(page.getByRole('heading', { level: 2 }))
    .first()
    .waitFor()
  await page.waitForFunction(() => document.querySelector('main .pulse') === null, undefined, { timeout: 15_000 })
}

/** What is wider than the window, outermost first; nothing where the page cannot be scrolled sideways. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement
    if (root.scrollWidth <= root.clientWidth) return []
    const scrolls = (element: Element | null): boolean =>
      element !== null && element !== document.body && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement))
    const wide = [...document.querySelectorAll('body *')].filter((element) => {
      const box = element.getBoundingClientRect()
      return (box.right > root.clientWidth + 1 || box.left < -1) && !scrolls(element.parentElement) && element.checkVisibility()
    })
    return [`${root.scrollWidth} > ${root.clientWidth}`, ...wide.slice(0, 4).map((element) => element.outerHTML.slice(0, 160))]
  })
}

/** Collects every text that the gateway sends to the page from now on: names, words of servers, its own messages. */
export function textsFromGateway(page: Page): Set<string> {
  const texts = new Set<string>()
  const collect = (value: unknown, key: string): void => {
    // Words in lower case may be values of ours for which there is a text, such as a state: they excuse nothing but names.
    // What has no letters needs no excuse, and would take measured times apart.
    if (typeof value === 'string' && /[a-z]{2}/i.test(value) && (/^(name|check)$/.test(key) || !/^[a-z_]*$/.test(value))) texts.add(value)
    else if (typeof value === 'object' && value !== null) for (const [inner, one] of Object.entries(value)) collect(one, inner)
  }
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => collect(JSON.parse(String(payload)), '')))
  return texts
}

/**
 * What can be read or heard of the page and has letters that are not of the pseudo-locale.
 * @param data what is no text of ours: names and words of servers and files
 */
export function notFromCatalog(page: Page, data: readonly string[]): Promise<string[]> {
  return page.evaluate((known) => {
    // Whole, before names are taken out of it.
    const EXAMPLE = /npx -y \S+/g
    // The same in every language: references, and what Intl writes for a language that it does not know.
    const WRITTEN_ALIKE =
      /\{\{[^}]*\}\}|https?:\/\/\S*|[\d.,]+ (ms|sec|kB|MB|GB|byte)\b|\d:\d\d(:\d\d)?\s[AP]M|English( \(Pseudo-Accents\))?|\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d+/gi
    const words = [...known].sort((a, b) => b.length - a.length)
    const rest = (text: string) =>
      words.reduce((left, word) => left.replaceAll(word, ' '), text.replace(EXAMPLE, ' ')).replace(WRITTEN_ALIKE, ' ')
    const isOurs = (text: string) => !/[a-z]{2,}/i.test(rest(text))
    const found = new Set<string>()
    // Code, and times that Intl wrote in a language that it knows.
    const AS_IT_IS = 'code, pre, kbd, time, script, style, svg'
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (node instanceof Text) {
        const parent = node.parentElement
        if (parent?.closest(AS_IT_IS) || !parent?.checkVisibility({ visibilityProperty: true })) continue
        if (!isOurs(node.data)) found.add(node.data.trim())
      } else if (node instanceof Element && !node.closest(AS_IT_IS)) {
        for (const name of ['aria-label', 'aria-description', 'title', 'placeholder', 'alt']) {
          const value = node.getAttribute(name)
          if (value !== null && !isOurs(value)) found.add(`${name}: ${value}`)
        }
      }
    }
    return [...found]
  }, data)
}
