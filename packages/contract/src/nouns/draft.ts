import { z } from 'zod'

/** Where a value is in a draft's config: `["env", "API_KEY"]`, `["args", 2]`, `["url"]`. */
const place = z.array(z.union([z.string(), z.int()]))

/** A value that the snippet or preset leaves to the person. It stands in the config as `{{ask:name}}`. */
const ask = z.object({
  name: z.string(),
  /** What to enter, in the words of the snippet; null where it said nothing but the name. */
  text: z.string().nullable(),
  /** Page where one gets it; null where none is known. */
  href: z.url().nullable(),
  secret: z.boolean(),
  optional: z.boolean(),
  /** What to fill in unless the person says otherwise, e.g. `{{env:API_KEY}}`. */
  suggestion: z.string().nullable(),
})
export type Ask = z.infer<typeof ask>

/** A secret that stood in the snippet in readable form, and still does in the draft: it is for the form alone. */
const foundSecret = z.object({ place, suggestedName: z.string() })
export type FoundSecret = z.infer<typeof foundSecret>

/** Why a draft may not behave as it did where it comes from. */
const draftHint = z.enum(['disabled', 'proxy', 'docker_tty', 'docker_stdin', 'sign_in'])
export type DraftHint = z.infer<typeof draftHint>

const draftConfig = z.union([
  z.object({ command: z.string(), args: z.array(z.string()), env: z.record(z.string(), z.string()), cwd: z.string().optional() }),
  z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }),
])
export type DraftConfig = z.infer<typeof draftConfig>

/** A server as somebody else wrote it down: what fills the form. It is stored nowhere and nothing of it runs. */
export const draft = z.object({
  name: z.string().describe('Empty where nothing tells it'),
  type: z.enum(['external', 'remote_http', 'remote_sse']),
  config: draftConfig,
  timeoutMs: z.int().optional(),
  asks: z.array(ask),
  secrets: z.array(foundSecret),
  hints: z.array(draftHint),
  ignored: z.array(z.string()).describe('Fields of the snippet that the gateway has no use for'),
})
export type Draft = z.infer<typeof draft>

const skipped = z.object({
  name: z.string(),
  reason: z.enum(['no_target', 'not_a_server', 'foreign_kind', 'not_a_command', 'too_many']),
  line: z.int().nullable(),
  column: z.int().nullable(),
})
export type SkippedEntry = z.infer<typeof skipped>

export const snippet = z.object({
  form: z.enum(['json', 'toml', 'yaml', 'command', 'url', 'link']).describe('What it was read as'),
  drafts: z.array(draft).min(1),
  skipped: z.array(skipped).describe('Parts that were seen and not understood'),
})
export type Snippet = z.infer<typeof snippet>

/** A well-known server that the app brings along. */
export const preset = z.object({
  id: z.string(),
  title: z.string(),
  purpose: z.string().describe('One sentence'),
  homepage: z.url(),
  /** What to know before it is used: terms, licence, what it can reach. Null where there is nothing to say. */
  caveat: z.string().nullable(),
  draft,
})
export type Preset = z.infer<typeof preset>
