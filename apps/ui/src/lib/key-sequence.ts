/** How long the second key may take, in milliseconds. */
const PATIENCE_MS = 1500

/** What a key means: a page, the list of shortcuts, or nothing (yet). */
export type KeyMeaning = { readonly go: string } | 'shortcuts' | null

/** Reads keys that are pressed one after the other: `?`, or `g` and then the key of a page. `at` in milliseconds. */
export function createKeySequence(pages: Readonly<Record<string, string>>): (key: string, at: number) => KeyMeaning {
  let begunAt = Number.NEGATIVE_INFINITY
  return (key, at) => {
    const isSecond = at - begunAt <= PATIENCE_MS
    begunAt = Number.NEGATIVE_INFINITY
    if (isSecond) {
      const href = pages[key]
      if (href !== undefined) return { go: href }
    }
    if (key === 'g') begunAt = at
    return key === '?' ? 'shortcuts' : null
  }
}
