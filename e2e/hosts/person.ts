import type { Locator, Page } from '@playwright/test'

/** How fast somebody is, in milliseconds. */
export interface Pace {
  /** Between two keys. */
  readonly key: number
  /** Before each thing that is done. */
  readonly act: number
  /** For each word that is read. */
  readonly word: number
}
/** Types with 150 keys a minute and reads 240 words. */
const HUMAN: Pace = { key: 80, act: 500, word: 250 }
const QUICK: Pace = { key: 2, act: 20, word: 2 }

/** As fast as people are with `LMG_PACE=human`, else as fast as is enough to see that the way is there. */
export const pace: Pace = process.env.LMG_PACE === 'human' ? HUMAN : QUICK

/** Does what a person does, at the pace of one. */
export function personAt(page: Page) {
  const pause = (ms: number) => page.waitForTimeout(ms)
  return {
    pause,
    async click(what: Locator): Promise<void> {
      await what.waitFor()
      await pause(pace.act)
      await what.click()
    },
    async type(into: Locator, text: string): Promise<void> {
      await into.waitFor()
      await pause(pace.act)
      await into.click()
      await into.pressSequentially(text, { delay: pace.key })
    },
    /** Reads what is there, up to as many words as anybody reads before going on. */
    async read(what: Locator, most = 60): Promise<void> {
      await what.waitFor()
      const words = ((await what.textContent()) ?? '').trim().split(/\s+/).length
      await pause(Math.min(words, most) * pace.word)
    },
    /** Goes on with Tab until this has the focus, as somebody without a mouse does. */
    async tabTo(what: Locator): Promise<void> {
      await what.waitFor()
      for (let steps = 0; steps < 120; steps++) {
        if (await what.evaluate((element) => element === document.activeElement)) return
        await page.keyboard.press('Tab')
      }
      throw new Error(`Tab never came to ${what}`)
    },
  }
}
