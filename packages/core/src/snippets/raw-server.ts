import type { DraftHint } from '@local-mcp/contract'

/** A server as a snippet spells it, before placeholders, secrets and wrappers are looked at. */
export interface RawServer {
  readonly name: string
  readonly command?: string | undefined
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Says of itself that it speaks HTTP+SSE. */
  readonly sse: boolean
  readonly timeoutMs?: number | undefined
  readonly hints: readonly DraftHint[]
  readonly ignored: readonly string[]
}

export const EMPTY: RawServer = { name: '', args: [], env: {}, headers: {}, sse: false, hints: [], ignored: [] }

/** What VS Code asks the person for, by id. */
export type Inputs = ReadonlyMap<string, { readonly text: string | null; readonly secret: boolean; readonly fallback: string | null }>

export interface RawSnippet {
  readonly servers: readonly RawServer[]
  readonly inputs: Inputs
}
