import { fileURLToPath } from 'node:url'
import { FONTS } from '../hosts/fonts.ts'
import { expect, test } from '../hosts/furnished-journey.ts'
import { shrinkPictures } from '../hosts/shrink-pictures.ts'
import { SHOWN, show } from '../pages.ts'

const HEIGHT = 800
const WIDE = { scheme: 'light', width: 1280 } as const
const LOOKS = [WIDE, { scheme: 'dark', width: 1280 }, { scheme: 'light', width: 800 }, { scheme: 'dark', width: 800 }] as const

test('every page in every state looks as it did', async ({ steadyWindow, furnished }) => {
  test.setTimeout(420_000)
  const { page, carrier } = await steadyWindow({ bypassCSP: true, viewport: { width: 1280, height: HEIGHT } })
  await page.addInitScript((css) => {
    addEventListener('DOMContentLoaded', () => {
      const style = document.createElement('style')
      style.textContent = css
      document.head.append(style)
    })
  }, FONTS)
  let pictures = 0
  for (const shown of SHOWN) {
    const isPage = !shown.before && !shown.steps
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize({ width: 1280, height: HEIGHT })
    await show(page, carrier, furnished.ids, shown)
    await page.evaluate(() => document.fonts.ready)
    // What colours and widths do to a state they do to its page.
    for (const { scheme, width } of isPage ? LOOKS : [WIDE]) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.setViewportSize({ width, height: HEIGHT })
      await expect.soft(page).toHaveScreenshot(`${shown.id}-${scheme}-${width}.png`)
      pictures++
    }
  }
  if (test.info().config.updateSnapshots !== 'none') shrinkPictures(fileURLToPath(new URL('../visual', import.meta.url)))
  process.stdout.write(`${pictures} pictures of ${SHOWN.length} pages and states were compared\n`)
})
