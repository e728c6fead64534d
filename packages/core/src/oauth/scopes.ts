/** Scopes as OAuth writes them, in the order of their first appearance. */
export const scopesOf = (...texts: readonly (string | null | undefined)[]): string[] => [
  ...new Set(texts.flatMap((text) => (text ?? '').split(' ').filter((scope) => scope !== ''))),
]

export interface ScopeWishes {
  /** What a person asked for, now or in the settings of the sign-in. */
  readonly wanted: string | null
  /** What the server asked for when it refused a request. */
  readonly challenged: string | null
  /** What the account was granted before: a step up must not lose it. */
  readonly granted: string | null
  /** What the server names for everything that it can do. */
  readonly supported: readonly string[]
  readonly offersOfflineAccess: boolean
}

/** The scope to ask for; null: none, so that the authorization server decides (MCP, scope selection strategy). */
export function chooseScope({ wanted, challenged, granted, supported, offersOfflineAccess }: ScopeWishes): string | null {
  const chosen = wanted ? scopesOf(wanted) : challenged ? scopesOf(granted, challenged) : [...supported]
  const all = offersOfflineAccess ? scopesOf(...chosen, 'offline_access') : chosen
  return all.length === 0 ? null : all.join(' ')
}
