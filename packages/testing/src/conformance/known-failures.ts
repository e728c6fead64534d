import type { Verdicts } from './referee.ts'

/** Scenarios that pass without the gateway and fail through it. */
export interface KnownFailure {
  readonly why: string
  readonly scenarios: readonly string[]
  /** Only with these upstreams; all where it is absent. */
  readonly upstreams?: readonly string[]
  /** Only when the referee asks for these revisions; all where it is absent. */
  readonly revisions?: readonly string[]
}

/** The test fails when one of them passes, so the list only shrinks. */
export const KNOWN_SERVER_FAILURES: readonly KnownFailure[] = [
  {
    why: 'the referee checks how a stream is closed early and continued; the gateway answers this call as plain JSON, so there is no stream, and nothing is checked',
    scenarios: ['server-sse-polling'],
  },
  {
    why: 'HTTP+SSE is of the legacy era, whose servers ask one question after the other and have no names for them; the scenarios look for the names, or for several questions at once',
    scenarios: ['input-required-result-basic-elicitation', 'input-required-result-multiple-input-requests'],
    upstreams: ['HTTP+SSE'],
    revisions: ['2026-07-28'],
  },
  {
    why: 'a legacy server is told once what the gateway can do for all of its clients, so it cannot know what the client of one request did not declare, and the stream does not say which request a question belongs to',
    scenarios: ['server-stateless', 'input-required-result-capability-check'],
    upstreams: ['HTTP+SSE'],
    revisions: ['2026-07-28'],
  },
]

/** The same for how the gateway speaks to servers. */
export const KNOWN_CLIENT_FAILURES: readonly KnownFailure[] = [
  {
    why: 'an extension of the protocol that the gateway does not support: it signs in persons, by the authorization code',
    scenarios: [
      'auth/client-credentials-basic',
      'auth/client-credentials-jwt',
      'auth/cross-app-access-complete-flow',
      'auth/enterprise-managed-authorization',
      'auth/dpop',
      'auth/dpop-nonce',
      'auth/wif-jwt-bearer',
    ],
    revisions: ['extension'],
  },
]

export interface Surprises {
  /** Fails through the gateway, passes without it, and is not in the list. */
  readonly broken: readonly string[]
  /** Is in the list and passes. */
  readonly mended: readonly string[]
}

/** What the list did not foresee. Scenarios that fail without the gateway too say nothing about it and are left out. */
export function surprisesOf(
  known: readonly KnownFailure[],
  { upstream, revision }: { upstream?: string; revision: string },
  direct: Verdicts,
  through: Verdicts,
): Surprises {
  const here = known.filter(
    ({ upstreams, revisions }) =>
      (!upstreams || (upstream && upstreams.includes(upstream))) && (!revisions || revisions.includes(revision)),
  )
  const expected = new Set(here.flatMap(({ scenarios }) => scenarios))
  const passing = [...direct].filter(([, passed]) => passed).map(([scenario]) => scenario)
  return {
    broken: passing.filter((scenario) => !through.get(scenario) && !expected.has(scenario)),
    mended: passing.filter((scenario) => through.get(scenario) && expected.has(scenario)),
  }
}
