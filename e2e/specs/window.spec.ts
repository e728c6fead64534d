import { realServer } from '@local-mcp/testing'
import type { Page } from '@playwright/test'
import { expect, test } from '../hosts/journey.ts'
import { openPage, pagesOfWindow, tooWide } from '../hosts/window-checks.ts'

const marks = (page: Page) => page.evaluate(() => ({ ...document.documentElement.dataset }))
const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body.parentElement!).backgroundColor)

test('how the window looks is chosen once, holds in every window, and is there at the first paint @headless', async ({ page, gateway }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await ground(page)
  await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('radiogroup', { name: 'Theme' }).getByRole('radio', { name: 'Dark' }).click()
  await expect.poll(() => ground(page)).not.toBe(light)
  await page.getByRole('radiogroup', { name: 'Contrast' }).getByRole('radio', { name: 'More' }).click()
  await page.getByRole('radiogroup', { name: 'Motion' }).getByRole('radio', { name: 'Less' }).click()
  await expect.poll(() => marks(page)).toMatchObject({ theme: 'dark', contrast: 'more', motion: 'less', text: 'normal' })
  const dark = await ground(page)
  // The page itself says it, before any script of ours has run, to a browser that remembers nothing.
  const { origin } = new URL(gateway.uiUrl)
  await expect.poll(async () => (await fetch(`${origin}/servers`)).text()).toContain('<html data-theme="dark" data-contrast="more"')

  const other = await page.context().newPage()
  const { url } = await gateway.cli<{ url: string }>('open')
  await other.goto(url)
  await expect(other.getByRole('heading', { level: 1 })).toBeVisible()
  expect(await ground(other)).toBe(dark)
  await other.getByRole('navigation').getByRole('link', { name: 'Settings' }).click()
  await other.getByRole('radiogroup', { name: 'Theme' }).getByRole('radio', { name: 'As the system' }).click()
  // The first window follows.
  await expect.poll(() => ground(page)).toBe(light)
  await other.close()
})

test('the search goes everywhere and does things, by keyboard alone @headless', async ({ page, gateway }) => {
  await gateway.addServer('Everything', realServer.everything)
  await page.keyboard.press('Control+k')
  const search = page.getByRole('combobox', { name: 'Search everything' })
  await expect(search).toBeFocused()
  await expect(page.getByRole('option', { name: 'Servers' })).toBeVisible()
  await search.fill('evryth')
  await expect(page.getByRole('option').first()).toHaveAttribute('data-highlighted', '')
  await expect(page.getByRole('group', { name: 'Servers' }).getByRole('option')).toHaveText(['Everything'])
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Everything', level: 1 })).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)

  // What was chosen comes first the next time.
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('group', { name: 'Recent' }).getByRole('option')).toHaveText(['Everything'])
  await search.fill('restart every')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Everything starts again')).toBeVisible()
  await page.keyboard.press('Control+k')
  await search.fill('back up')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Backup made')).toBeVisible()
  expect(await gateway.cli<object[]>('backup', 'ls')).toHaveLength(1)
  await page.keyboard.press('Control+k')
  await search.fill('never answered')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'The server never answered' })).toContainText('What to do')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await search.fill('nothing is called so')
  await expect(page.getByText('Nothing matches')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('shortcuts of single keys: not while typing, and they can be switched off @headless', async ({ page }) => {
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  await expect(page.getByRole('link', { name: 'Overview' })).toHaveAttribute('aria-current', 'page')
  await page.keyboard.press('g')
  await page.keyboard.press('d')
  await expect(page.getByRole('heading', { name: 'Sources', level: 1 })).toBeVisible()
  await page.getByRole('button', { name: 'Add source' }).click()
  await page.getByRole('textbox', { name: 'Name', exact: true }).pressSequentially('g s?')
  await expect(page.getByRole('heading', { name: 'Sources', level: 1, includeHidden: true })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('g s?')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await page.getByRole('checkbox', { name: 'Shortcuts of single keys' }).click()
  await expect(page.getByRole('checkbox', { name: 'Shortcuts of single keys' })).not.toBeChecked()
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await page.keyboard.press('?')
  await page.keyboard.press('Control+k')
  // The search is the first thing that opens: nothing came of the keys before it.
  await expect(page.getByRole('dialog', { name: 'Search' })).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(1)
  expect(new URL(page.url()).pathname).toBe('/settings')
})

for (const [name, media] of [
  ['more contrast', { contrast: 'more' }],
  ['forced colours', { forcedColors: 'active' }],
  ['forced colours, dark', { forcedColors: 'active', colorScheme: 'dark' }],
] as const) {
  test(`with ${name} every page is whole, and what is chosen or has the focus can be seen @headless`, async ({ page, gateway }) => {
    test.setTimeout(120_000)
    await gateway.addServer('Everything', realServer.everything)
    await page.emulateMedia(media)
    for (const path of pagesOfWindow({ server: 'everything', profile: 'default' })) {
      await openPage(page, path)
      expect.soft(await tooWide(page), path).toEqual([])
      expect.soft(await invisible(page), path).toEqual([])
    }
    await openPage(page, '/settings')
    const dark = page.getByRole('radiogroup', { name: 'Theme' }).getByRole('radio', { name: 'Dark' })
    const before = await dark.evaluate((element) => getComputedStyle(element).backgroundColor)
    await dark.click()
    await expect.poll(() => dark.evaluate((element) => getComputedStyle(element).backgroundColor)).not.toBe(before)
    await page.keyboard.press('Tab')
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)
    expect(outline).toBe('solid')
  })
}

/** Texts of the colour of their own ground, and switches without an edge. */
function invisible(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const groundOf = (element: Element | null): string => {
      if (element === null) return 'none'
      const { backgroundColor } = getComputedStyle(element)
      return backgroundColor === 'rgba(0, 0, 0, 0)' ? groundOf(element.parentElement) : backgroundColor
    }
    const texts = [...document.querySelectorAll('body *')].filter(
      (element) => element.checkVisibility() && [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== ''),
    )
    const same = texts.filter((element) => getComputedStyle(element).color === groundOf(element))
    const edgeless = [...document.querySelectorAll('[role=switch], [role=checkbox], input:not([aria-hidden])')].filter((element) => {
      const { borderTopWidth, outlineStyle } = getComputedStyle(element)
      return element.checkVisibility() && borderTopWidth === '0px' && outlineStyle === 'none'
    })
    return [...same, ...edgeless].map((element) => element.outerHTML.slice(0, 160))
  })
}
