const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const FOREIGN = 'áƀçđéƒĝĥíĵķļɱñóþǫŕšţúṽŵẋýžÁɃÇĐÉƑĜĤÍĴĶĻṀÑÓÞǪŔŠŢÚṼŴẊÝŽ'
const ACCENTED: Readonly<Record<string, string>> = Object.fromEntries([...PLAIN].map((letter, at) => [letter, [...FOREIGN][at] ?? letter]))

/** As long as texts get in other languages. */
const LONGER = 0.4

/** A text as another language might have it: every letter foreign, longer, and with its ends marked. What is filled in stays. */
function foreign(text: string): string {
  const accented = text.replace(/\{\{[^}]*\}\}|[a-z]/gi, (part) => ACCENTED[part] ?? part)
  const words = text.replace(/\{\{[^}]*\}\}/g, '').length
  return `⟦${accented}${' ẋẋẋẋẋẋẋ'.repeat(Math.ceil((words * LONGER) / 8))}⟧`
}

interface Catalog {
  readonly [key: string]: string | Catalog
}

/** A catalog in a language that nobody speaks, in which whatever is not from the catalog stands out. */
export function pseudoLocale(catalog: Catalog): Catalog {
  return Object.fromEntries(
    Object.entries(catalog).map(([key, value]) => [key, typeof value === 'string' ? foreign(value) : pseudoLocale(value)]),
  )
}
