import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import {
  answerDraft,
  canStore,
  type Draft,
  keepSecrets,
  MAX_SNIPPET,
  referSecrets,
  type Server,
  type SkippedEntry,
} from '@local-mcp/contract'
import { AppError, messageOf } from '@local-mcp/kernel'
import { agrees } from './ask.ts'
import { consentText } from './consent-text.ts'
import type { Operations } from './gateway-client.ts'

export interface DraftFlags {
  readonly name?: string
  /** `NAME=value` for what the draft asks for. */
  readonly set?: string[]
  readonly allowPrivate?: boolean
  readonly yes?: boolean
}

/** What the servers were made of, for whoever asks for JSON. */
export interface AddedDrafts {
  readonly servers: readonly Server[]
  readonly skipped: readonly SkippedEntry[]
  /** Variables that have to be set where the gateway runs, in the place of secrets that stood in the snippet. */
  readonly variables: readonly string[]
  /** Names of the secrets that stood in the snippet and are stored now. */
  readonly secrets: readonly string[]
}

/** The snippet in the file, or on stdin. @throws AppError VALIDATION_ERROR */
export async function readSource(file: string | undefined): Promise<string> {
  try {
    const read = file === undefined ? await readAll(process.stdin) : await readFile(file, 'utf8')
    if (read.length > MAX_SNIPPET)
      throw new AppError('VALIDATION_ERROR', `That is longer than ${MAX_SNIPPET} characters`, { next: 'Give the part with the servers.' })
    return read
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('VALIDATION_ERROR', `${file ?? 'stdin'} cannot be read: ${messageOf(error)}`, {
      next: 'Give the path of a text file.',
    })
  }
}

type Ready = Pick<Server, 'name' | 'type' | 'config'>

/**
 * The draft as a server, with what was asked for filled in. Secrets become references: their values go no further.
 *
 * @throws AppError VALIDATION_ERROR naming every value that is missing
 */
function fill(draft: Draft, flags: DraftFlags, given: ReadonlyMap<string, string>): Ready {
  const answers: Record<string, string> = {}
  const missing: string[] = []
  for (const { name, suggestion, optional } of draft.asks) {
    const answer = given.get(name) ?? suggestion
    if (answer !== null) answers[name] = answer
    else if (!optional) missing.push(name)
  }
  if (missing.length > 0) {
    const fields = missing.map((name) => {
      const text = draft.asks.find((ask) => ask.name === name)?.text
      return { path: ['set', name], message: text ? `Missing: ${text}` : 'Missing' }
    })
    throw new AppError('VALIDATION_ERROR', `"${draft.name}" needs ${missing.join(', ')}`, {
      next: `Add ${missing.map((name) => `--set ${/\s/.test(name) ? `"${name}=…"` : `${name}=…`}`).join(' ')}.`,
      fields,
    })
  }
  const config = answerDraft(draft, answers)
  return {
    name: draft.name,
    type: draft.type,
    config: 'url' in config ? { ...config, allowPrivateNetwork: flags.allowPrivate ?? false } : config,
  }
}

const secretNames = async ({ secrets }: Operations) =>
  new Set((await secrets.list()).filter(({ kind }) => kind === 'named').map(({ name }) => name))

/** Adds them after the person has seen what they are; none runs without an approval of its own. */
export async function addDrafts(
  operations: Operations,
  drafts: readonly Draft[],
  flags: DraftFlags,
  rest: { readonly profiles: string[]; readonly timeoutMs?: number; readonly presetId?: string },
): Promise<Omit<AddedDrafts, 'skipped'>> {
  const answers = new Map((flags.set ?? []).map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]))
  const variables = new Set<string>()
  const found = drafts.some(({ secrets }) => secrets.length > 0)
  const taken = found && canStore(await operations.secrets.vault()) ? await secretNames(operations) : null
  const ready = drafts.map((given) => {
    const named = flags.name === undefined ? given : { ...given, name: flags.name }
    if (taken) {
      const { draft, secrets } = keepSecrets(named, taken)
      return { ...fill(draft, flags, answers), secrets }
    }
    const draft = referSecrets(named, (name) => {
      variables.add(name)
      return `{{env:${name}}}`
    })
    return { ...fill(draft, flags, answers), secrets: [] }
  })
  if (!flags.yes && !(await agrees(ready.map((draft) => consentText(draft)).join('\n'))))
    throw new AppError('APPROVAL_REQUIRED', 'Nothing was added')
  const servers: Server[] = []
  for (const [at, { name, type, config, secrets }] of ready.entries()) {
    for (const secret of secrets) await operations.secrets.create(secret)
    const timeoutMs = rest.timeoutMs ?? drafts[at]?.timeoutMs
    const { profiles, presetId } = rest
    servers.push(
      await operations.servers.create({
        name,
        type,
        config: { ...config },
        profiles,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(presetId === undefined ? {} : { presetId }),
      }),
    )
  }
  return { servers, variables: [...variables], secrets: ready.flatMap(({ secrets }) => secrets.map((secret) => secret.name)) }
}
