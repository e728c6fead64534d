import { type Ask, answerDraft, type Draft, referSecrets, type SkippedEntry } from '@local-mcp/contract'
import { EMPTY_SERVER_FORM, type ServerFormValues, valuesOfServer } from './server-form-values.ts'

/** A server that was read or chosen, on its way into the form. */
export interface Candidate {
  readonly id: number
  readonly draft: Draft
  /** Variables that have to be set where the gateway runs, in the place of secrets that were pasted. */
  readonly variables: readonly string[]
  readonly presetId: string | null
  readonly caveat: string | null
  readonly skipped: readonly SkippedEntry[]
}

export type Answers = Readonly<Record<string, string>>

/** Makes candidates of drafts. Secrets become references: the form holds no value that could not be stored. */
export function candidatesOf(
  drafts: readonly Draft[],
  from: Pick<Candidate, 'presetId' | 'caveat' | 'skipped'> = { presetId: null, caveat: null, skipped: [] },
): Candidate[] {
  return drafts.map((given, id) => {
    const variables: string[] = []
    const draft = referSecrets(given, (name) => {
      variables.push(name)
      return `{{env:${name}}}`
    })
    return { id, draft, variables, ...from }
  })
}

/** What stands in the fields before anybody typed. */
export const suggestedAnswers = ({ asks }: Draft): Answers =>
  Object.fromEntries(asks.map(({ name, suggestion }) => [name, suggestion ?? '']))

/** The values that have to be given before it can be added. */
export const openAsks = ({ asks }: Draft, answers: Answers): Ask[] =>
  asks.filter(({ name, optional }) => !optional && !answers[name]?.trim())

/** The form, filled with the draft and the answers. */
export function valuesOfDraft(draft: Draft, answers: Answers): ServerFormValues {
  const { name, type } = draft
  const config = answerDraft(draft, answers)
  const values = valuesOfServer({ name, type, config: 'url' in config ? { ...config, allowPrivateNetwork: false } : config })
  return { ...EMPTY_SERVER_FORM, ...values, name: name === '' ? null : name }
}

/** The words that it runs, or its address, with what is asked for as `<name>`. */
export function wordsOfDraft(draft: Draft, answers: Answers): string[] {
  const given = Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== ''))
  const named = Object.fromEntries(draft.asks.map(({ name }) => [name, given[name] ?? `<${name}>`]))
  const config = answerDraft({ ...draft, asks: [] }, named)
  return 'url' in config ? [config.url] : [config.command, ...config.args]
}

/** Names of its variables or headers. */
export const namesOfDraft = ({ config }: Draft): string[] => Object.keys('url' in config ? config.headers : config.env)
