import type { KnownFailure } from './known-failures.ts'
import type { Leg, Verdicts } from './referee.ts'

export interface JudgedLeg {
  readonly leg: Leg
  readonly direct: Verdicts
  /** Upstream → what passed through the gateway with it. */
  readonly through: ReadonlyMap<string, Verdicts>
}

const row = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`

const ticked = (scenarios: readonly string[]) => scenarios.map((scenario) => `\`${scenario}\``).join(', ')

const reasonsOf = (known: readonly KnownFailure[]) =>
  known.map(({ why, scenarios, upstreams, revisions }) => {
    const only = [...(upstreams ?? []), ...(revisions ?? [])].join(', ')
    return `- ${why}${only ? ` (${only})` : ''}: ${ticked(scenarios)}`
  })

const table = (header: readonly string[], rows: readonly string[]) => [row(header), row(header.map(() => '---')), ...rows, '']

/** A table of scores, of the scenarios that pass without the gateway, and below it why some fail through it. */
export function serverSection(legs: readonly JudgedLeg[], known: readonly KnownFailure[]): string[] {
  const upstreams = [...(legs[0]?.through.keys() ?? [])]
  const rows = legs.map(({ leg, direct, through }) => {
    const passing = [...direct].filter(([, passed]) => passed).map(([scenario]) => scenario)
    const score = (verdicts: Verdicts | undefined) =>
      verdicts ? `${passing.filter((scenario) => verdicts.get(scenario)).length}/${passing.length}` : 'none'
    return row([leg.referee, leg.revision, score(direct), ...upstreams.map((upstream) => score(through.get(upstream)))])
  })
  return [...table(['Referee', 'Revision', 'Without the gateway', ...upstreams], rows), ...reasonsOf(known), '']
}

/** The same for how the gateway speaks to servers. */
export function clientSection(legs: readonly (readonly [Leg, Verdicts])[], known: readonly KnownFailure[]): string[] {
  const rows = legs.map(([{ referee, revision }, verdicts]) =>
    row([referee, revision, `${[...verdicts.values()].filter(Boolean).length}/${verdicts.size}`]),
  )
  return [...table(['Referee', 'Revision', 'Passed'], rows), ...reasonsOf(known), '']
}
