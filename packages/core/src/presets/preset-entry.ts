import { type Ask, askMark, type Draft, type DraftHint, type Preset } from '@local-mcp/contract'

type Question = Pick<Ask, 'name' | 'text'> & Partial<Pick<Ask, 'href' | 'secret' | 'optional'>>

/** A key goes into a variable of the gateway unless the person says otherwise. */
const asked = ({ name, text, href = null, secret = false, optional = false }: Question): Ask => ({
  name,
  text,
  href,
  secret,
  optional,
  suggestion: secret && !optional ? `{{env:${name}}}` : null,
})

interface Entry {
  readonly id: string
  readonly title: string
  readonly purpose: string
  readonly homepage: string
  readonly caveat?: string
  readonly asks?: readonly Question[]
  readonly hints?: readonly DraftHint[]
}

function preset(
  { id, title, purpose, homepage, caveat, asks = [], hints = [] }: Entry,
  type: Draft['type'],
  config: Draft['config'],
): Preset {
  const draft = { name: title, type, config, asks: asks.map(asked), secrets: [], hints: [...hints], ignored: [] }
  return { id, title, purpose, homepage, caveat: caveat ?? null, draft }
}

/** One that is started here. */
export const command = (entry: Entry, line: readonly string[], env: Record<string, string> = {}) =>
  preset(entry, 'external', { command: line[0] ?? '', args: line.slice(1), env })
/** One that is reached over Streamable HTTP. */
export const remote = (entry: Entry, url: string, headers: Record<string, string> = {}) => preset(entry, 'remote_http', { url, headers })

/** A variable or header that holds nothing but what is asked for under the same name. */
export const same = (name: string) => ({ [name]: askMark(name) })
export const bearer = (name: string) => ({ Authorization: `Bearer ${askMark(name)}` })

export const SIGN_IN = ['sign_in'] as const
