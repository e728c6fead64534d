import { realServer } from '@local-mcp/testing'
import type { Page } from '@playwright/test'
import { en } from '../../apps/ui/src/i18n/en/en.ts'
import { expect, test } from '../hosts/journey.ts'
import { pseudoLocale } from '../hosts/pseudo-locale.ts'
import { notFromCatalog, openPage, pagesOfWindow, textsFromGateway, tooWide } from '../hosts/window-checks.ts'

const softly = expect.configure({ soft: true })
const FILL = { server: 'everything', profile: 'default' }

async function speak(page: Page, language: string): Promise<void> {
  await page.addInitScript(
    ([tag, catalog]) => {
      globalThis.lmgLanguages = { [tag]: catalog }
    },
    [language, pseudoLocale(en)] as const,
  )
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

declare global {
  var lmgLanguages: Readonly<Record<string, object>> | undefined
}

test('in a language that nobody speaks every word is from the catalog, and has its place @headless', async ({ page, gateway }) => {
  test.setTimeout(180_000)
  await gateway.addServer('Everything', realServer.everything)
  const { id } = await gateway.cli<{ id: string }>('token', 'create', '--name', 'Any')
  const data = textsFromGateway(page)
  await speak(page, 'en-XA')
  expect(await page.locator('html').getAttribute('lang')).toBe('en-XA')
  for (const path of pagesOfWindow({ ...FILL, token: id })) {
    await openPage(page, path)
    softly(await page.title(), path).toMatch(/^⟦.*⟧$/)
    // What the gateway sent may be on the page a moment before it is known here.
    await softly.poll(() => notFromCatalog(page, [...data]), { message: path, timeout: 3000 }).toEqual([])
    for (const width of [800, 360]) {
      await page.setViewportSize({ width, height: 800 })
      softly(await tooWide(page), `${path} at ${width}`).toEqual([])
    }
    await page.setViewportSize({ width: 1280, height: 800 })
  }
})

test('from right to left nothing leaves the window @headless', async ({ page, gateway }) => {
  test.setTimeout(180_000)
  await gateway.addServer('Everything', realServer.everything)
  await speak(page, 'ar-XB')
  expect(await page.locator('html').getAttribute('dir')).toBe('rtl')
  // The navigation is on the other side.
  const nav = await page.getByRole('navigation').boundingBox()
  expect(nav?.x).toBeGreaterThan(640)
  for (const path of pagesOfWindow(FILL)) {
    await openPage(page, path)
    for (const width of [1280, 800, 360]) {
      await page.setViewportSize({ width, height: 800 })
      softly(await tooWide(page), `${path} at ${width}`).toEqual([])
    }
  }
})
