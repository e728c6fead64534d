import { expect, type Locator, type Page } from '@playwright/test'

/**
 * How somebody uses the window. A journey is written once against this, and made by mouse and by keyboard: what is reached
 * by one and not by the other is a fault of the window.
 */
export interface Hands {
  /** A button, link, tab, radio button, entry of a menu, or the head of what unfolds. */
  press(target: Locator): Promise<void>
  /** A switch or tick box, which is then as it was not. */
  flip(target: Locator): Promise<void>
  /** Puts a text in the place of what a field holds. */
  write(field: Locator, text: string): Promise<void>
  /** Chooses an entry of a list that opens. */
  choose(list: Locator, entry: string): Promise<void>
  /** Keys that were pressed so far, characters of texts not counted. */
  readonly presses: number
}

export const mouseHands = (): Hands => ({
  press: (target) => target.click(),
  flip: (target) => target.click(),
  write: (field, text) => field.fill(text),
  async choose(list, entry) {
    await list.click()
    await list.page().getByRole('option', { name: entry }).click()
  },
  presses: 0,
})

/** More than the controls of any page. */
const MOST_PRESSES = 80
/** What the arrow keys move within. */
const GROUPS = '[role=grid],[role=tablist],[role=radiogroup],[role=menu],[role=listbox],[role=toolbar],[role=tree]'
const ENTRIES = new Set(['row', 'tab', 'radio', 'menuitem', 'menuitemradio', 'menuitemcheckbox', 'option'])

/** Presses keys and nothing else: no control is focused but by walking to it, and the walk fails where it cannot be reached. */
export function keyboardHands(): Hands {
  let presses = 0
  const key = async (page: Page, name: string) => {
    presses++
    await page.keyboard.press(name)
  }

  async function reach(target: Locator): Promise<void> {
    await target.waitFor()
    const page = target.page()
    const start = presses
    let way = ''
    for (;;) {
      const { isThere, isWithin, isBefore, role, at } = await whereIs(target)
      if (isThere) return
      way += `${at} → `
      if (presses - start > MOST_PRESSES) throw new Error(`${target} was not reached by keyboard: ${way}`)
      if (isWithin && ENTRIES.has(role)) await key(page, role === 'tab' ? 'ArrowRight' : 'ArrowDown')
      else await key(page, isBefore ? 'Shift+Tab' : 'Tab')
    }
  }

  async function act(target: Locator, name: string): Promise<void> {
    await reach(target)
    const page = target.page()
    // What is not ready yet ignores the key, as it would ignore a click.
    await expect(target).toBeEnabled()
    await key(page, name)
    await isSomewhere(page)
  }

  return {
    press: (target) => act(target, 'Enter'),
    flip: (target) => act(target, 'Space'),
    async write(field, text) {
      await reach(field)
      const page = field.page()
      await key(page, 'Control+A')
      if (text === '') await key(page, 'Delete')
      // As characters that arrive one by one, which is what a keyboard does.
      else await page.keyboard.type(text)
    },
    async choose(list, entry) {
      await act(list, 'Enter')
      const option = list.page().getByRole('option', { name: entry })
      await act(option, 'Enter')
      await option.waitFor({ state: 'detached' })
      await isSomewhere(list.page())
    },
    get presses() {
      return presses
    },
  }
}

/** Where the focus is, seen from a control. */
const whereIs = (target: Locator) =>
  target.evaluate((element, groups) => {
    const own = element.closest('a[href],button,summary,input,textarea,select,[tabindex],[role]') ?? element
    // In a grid it is the row that is walked to.
    const row = own.getAttribute('tabindex') === '-1' ? own.closest('tr[tabindex]') : null
    const control = row ?? own
    const active = document.activeElement ?? document.body
    const group = control.closest(groups)
    return {
      isThere: active === control || control.contains(active),
      isWithin: group?.contains(active) ?? false,
      // From nowhere, forwards.
      isBefore: active !== document.body && (active.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_PRECEDING) !== 0,
      role: row ? 'row' : (control.getAttribute('role') ?? ''),
      at: `${active.tagName.toLowerCase()} "${(active.getAttribute('aria-label') ?? active.textContent ?? '').trim().slice(0, 30)}"`,
    }
  }, GROUPS)

/** After a key the focus may go elsewhere, but never nowhere: who does not see the window would begin again at its top. */
async function isSomewhere(page: Page): Promise<void> {
  if (page.isClosed()) return
  // A page that is left takes its answer along.
  const nowhere = () => page.evaluate(() => document.activeElement === null || document.activeElement === document.body).catch(() => false)
  for (let frames = 0; frames < 40; frames++) {
    if (!(await nowhere())) return
    await page.evaluate(() => new Promise(requestAnimationFrame)).catch(() => {})
  }
  throw new Error('The focus was lost: nothing has it')
}
