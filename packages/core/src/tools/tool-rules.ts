import type { ToolPolicy } from '@local-mcp/contract'
import type { ToolRecord } from '../records.ts'
import type { StoredChoices } from '../store.ports.ts'

/** What somebody chose for one tool of a link; null leaves what the server says. */
export interface ToolCustom {
  readonly name: string | null
  readonly description: string | null
  readonly inputSchema: object | null
}

/** What the server says. */
export const NOT_CUSTOM: ToolCustom = { name: null, description: null, inputSchema: null }

/** Which tools of a server somebody lets through, at the server or at one of its links. */
export interface ToolChoices {
  readonly policy: ToolPolicy
  /** Tools that were switched on or off one by one. */
  readonly switched: ReadonlyMap<string, boolean>
  /** Only links have any. */
  readonly custom: ReadonlyMap<string, ToolCustom>
}

export const NO_CHOICES: Pick<ToolChoices, 'switched' | 'custom'> = { switched: new Map(), custom: new Map() }

/** Where a choice was lost, only what is known to be wanted is let through. */
export const choicesOf = (policy: ToolPolicy, stored: StoredChoices | undefined): ToolChoices => ({
  policy: stored?.damaged ? 'allowlist' : policy,
  switched: stored?.switched ?? NO_CHOICES.switched,
  custom: stored?.custom ?? NO_CHOICES.custom,
})

/** `all` lets through what is not switched off, `allowlist` only what is switched on. */
export const allows = ({ policy, switched }: ToolChoices, tool: string): boolean => switched.get(tool) ?? policy === 'all'

/** What of a server was accepted. */
export interface ToolPins {
  /** By `pinKey`: the hash of the accepted definition. */
  readonly hashes: ReadonlyMap<string, string>
  /** Something of it was damaged in the store, so what is not there may have been lost. */
  readonly unreadable: boolean
}

export const pinKey = (kind: ToolRecord['kind'], name: string) => `${kind} ${name}`

/** The lists of resources follow what people work on; tools and prompts are what a model is told to do. */
export const PINNED_KINDS: readonly ToolRecord['kind'][] = ['tool', 'prompt']

/** Whether a definition is not the accepted one. What was never seen before is nobody's change. */
export function isChanged(pins: ToolPins | undefined, key: string, hash: () => string): boolean {
  const pinned = pins?.hashes.get(key)
  return pinned === undefined ? (pins?.unreadable ?? false) : pinned !== hash()
}
