import type { Draft, DraftConfig } from './nouns/draft.ts'
import { secretNameFor } from './secret-name.ts'

const ASK = /\{\{ask:([^{}]{1,100})\}\}/g

/** How a value that is asked for stands in a text. */
export const askMark = (name: string): string => `{{ask:${name}}}`

/** Names of the values that the text still waits for. */
export const asksIn = (text: string): string[] => [...text.matchAll(ASK)].map(([, name]) => name!)

/** The text with the marks replaced by what was answered; marks without an answer stay. */
export const answerText = (text: string, answers: Readonly<Record<string, string>>): string =>
  text.replace(ASK, (mark, name: string) => (Object.hasOwn(answers, name) ? answers[name]! : mark))

/** A copy of the config with every text in it changed; `place` is where the text is. */
export function mapTexts(config: DraftConfig, change: (text: string, place: readonly (string | number)[]) => string): DraftConfig {
  const record = (texts: Readonly<Record<string, string>>, at: string) =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, change(text, [at, name])]))
  if ('url' in config) return { url: change(config.url, ['url']), headers: record(config.headers, 'headers') }
  return {
    command: change(config.command, ['command']),
    args: config.args.map((text, at) => change(text, ['args', at])),
    env: record(config.env, 'env'),
    ...(config.cwd === undefined ? {} : { cwd: change(config.cwd, ['cwd']) }),
  }
}

/**
 * The config with the answers in it. What was optional and got no answer is left out whole, so that no server is
 * handed an empty key.
 */
export function answerDraft(draft: Draft, answers: Readonly<Record<string, string>>): DraftConfig {
  const left = new Set(draft.asks.filter(({ name, optional }) => optional && !answers[name]).map(({ name }) => name))
  const given = Object.fromEntries(Object.entries(answers).filter(([name]) => !left.has(name)))
  const kept = (texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).filter(([, text]) => !asksIn(text).some((name) => left.has(name))))
  const { config } = draft
  const without = 'url' in config ? { ...config, headers: kept(config.headers) } : { ...config, env: kept(config.env) }
  return mapTexts(without, (text) => answerText(text, given))
}

/** The scheme of an Authorization header, if it has one, with the blank after it. */
const SCHEME = /^(?:Bearer|Basic|Token|token|bearer|ApiKey|Api-Key) +/

/**
 * Takes the secrets out of a draft: each is replaced by what `refer` makes of its suggested name, e.g. a reference to
 * a variable. Only variables and headers can hold a reference; what stands elsewhere stays, and is refused on saving.
 */
export function referSecrets(draft: Draft, refer: (name: string, value: string) => string): Draft {
  const names = new Map(draft.secrets.map(({ place, suggestedName }) => [place.join('\n'), suggestedName]))
  const config = mapTexts(draft.config, (text, place) => {
    const name = place[0] === 'env' || place[0] === 'headers' ? names.get(place.join('\n')) : undefined
    if (name === undefined) return text
    const scheme = SCHEME.exec(text)?.[0] ?? ''
    return `${scheme}${refer(name, text.slice(scheme.length))}`
  })
  return { ...draft, config }
}

export interface NamedValue {
  readonly name: string
  readonly value: string
}

/**
 * Takes the secrets out of a draft in favour of references to stored ones, which are to be stored before the server is
 * added.
 *
 * @param taken names of stored secrets; gets those that are given here
 */
export function keepSecrets(draft: Draft, taken: Set<string>): { readonly draft: Draft; readonly secrets: readonly NamedValue[] } {
  const secrets: NamedValue[] = []
  const kept = referSecrets(draft, (wanted, value) => {
    const known = secrets.find((secret) => secret.value === value)
    const name = known?.name ?? secretNameFor(wanted, taken)
    if (!known) secrets.push({ name, value })
    taken.add(name)
    return `{{secret:${name}}}`
  })
  return { draft: kept, secrets }
}
