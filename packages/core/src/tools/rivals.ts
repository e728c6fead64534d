import type { ToolNaming } from '@local-mcp/contract'
import type { ServerId } from '@local-mcp/kernel'
import type { ToolOutcome } from '../gateway.ports.ts'

/** For tools that are not called what they would be called alone: the server whose tool has that name, or wants it too. */
export function rivalsOf(outcomes: readonly ToolOutcome[], naming: ToolNaming): Map<ToolOutcome, ServerId> {
  const holders = new Map<string, ToolOutcome>()
  for (const outcome of outcomes) if (outcome.name !== null && !holders.has(outcome.name)) holders.set(outcome.name, outcome)
  // A name that is kept back, or left out because it is contested, is nobody else's either.
  const claims = new Map<string, ToolOutcome[]>()
  if (naming !== 'always_prefix') {
    for (const outcome of outcomes) {
      if (outcome.hidden !== 'kept_back' && outcome.hidden !== 'name_clash') continue
      claims.set(outcome.plain, [...(claims.get(outcome.plain) ?? []), outcome])
    }
  }
  const rivals = new Map<ToolOutcome, ServerId>()
  for (const outcome of outcomes) {
    const lost = outcome.hidden === 'name_clash' || (outcome.name !== null && outcome.name !== outcome.plain)
    if (!lost) continue
    const rival = holders.get(outcome.plain) ?? claims.get(outcome.plain)?.find((one) => one !== outcome)
    if (rival && rival !== outcome) rivals.set(outcome, rival.serverId)
  }
  return rivals
}
