import {
  type Ask,
  answerDraft,
  type Draft,
  keepSecrets,
  type NamedValue,
  type Preset,
  referSecrets,
  type SkippedEntry,
} from '@local-mcp/contract'
import { EMPTY_SERVER_FORM, type ServerFormValues, valuesOfServer } from './server-form-values.ts'

/** A server that was read or chosen, on its way into the form. */
export interface Candidate {
  readonly id: number
  readonly draft: Draft
  /** Variables that have to be set where the gateway runs, in the place of secrets that were pasted. */
  readonly variables: readonly string[]
  /** Secrets that were pasted, to be stored when the server is added. */
  readonly secrets: readonly NamedValue[]
  readonly preset: Preset | null
  readonly skipped: readonly SkippedEntry[]
}

export type Answers = Readonly<Record<string, string>>

/**
 * Makes candidates of drafts. Secrets become references: the form holds no value that could not be stored.
 *
 * @param taken names of stored secrets; null where none can be stored: the references are then to variables
 */
export function candidatesOf(
  drafts: readonly Draft[],
  from: Pick<Candidate, 'preset' | 'skipped'>,
  taken: ReadonlySet<string> | null,
): Candidate[] {
  const names = new Set(taken)
  return drafts.map((given, id) => {
    if (taken) return { id, variables: [], ...keepSecrets(given, names), ...from }
    const variables: string[] = []
    const draft = referSecrets(given, (name) => {
      variables.push(name)
      return `{{env:${name}}}`
    })
    return { id, draft, variables, secrets: [], ...from }
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

/** The whole of what it runs or calls, with what is still open as `<name>`: what a person is shown before it is added. */
export function shownOfDraft(draft: Draft, answers: Answers): { words: string[]; settings: string[] } {
  const given = draft.asks.map(({ name, optional }) => [name, answers[name] || (optional ? '' : `<${name}>`)])
  const config = answerDraft(draft, Object.fromEntries(given))
  if ('url' in config) return { words: [config.url], settings: Object.entries(config.headers).map(([name, value]) => `${name}: ${value}`) }
  return { words: [config.command, ...config.args], settings: Object.entries(config.env).map(([name, value]) => `${name}=${value}`) }
}
