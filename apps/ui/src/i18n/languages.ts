import { en } from './en/en.ts'

/** Texts of one language, in the form of the English catalog. */
export type Catalog = Readonly<Record<string, unknown>>

declare global {
  /** Languages that a test brings along before the page starts; the first is taken. */
  var lmgLanguages: Readonly<Record<string, Catalog>> | undefined
}

const brought = globalThis.lmgLanguages ?? {}

/** Every language of the window, by its tag. English is complete; what another lacks is English. */
export const LANGUAGES: Readonly<Record<string, Catalog>> = { ...brought, en }

const REMEMBERED = 'lmg.language'

export const rememberLanguage = (tag: string): void => localStorage.setItem(REMEMBERED, tag)

/** What was chosen here, else what the computer speaks, as far as there is a catalog for it. */
export function firstLanguage(): string {
  const wanted = [...Object.keys(brought), localStorage.getItem(REMEMBERED), ...navigator.languages]
  return wanted.find((tag) => tag !== null && tag in LANGUAGES) ?? 'en'
}
