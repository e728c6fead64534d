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
    why: 'resources are not offered yet',
    scenarios: [
      'resources-list',
      'resources-read-text',
      'resources-read-binary',
      'resources-templates-read',
      'resources-subscribe',
      'resources-unsubscribe',
    ],
  },
  {
    why: 'prompts are not offered yet',
    scenarios: [
      'prompts-list',
      'prompts-get-simple',
      'prompts-get-with-args',
      'prompts-get-embedded-resource',
      'prompts-get-with-image',
      'completion-complete',
    ],
  },
  { why: 'log messages are not passed on yet', scenarios: ['logging-set-level', 'tools-call-with-logging'] },
  {
    why: 'requests of servers to the client are not passed on yet',
    scenarios: ['tools-call-sampling', 'tools-call-elicitation', 'elicitation-sep1034-defaults', 'elicitation-sep1330-enums'],
  },
  { why: 'streams are not closed early and taken up again yet', scenarios: ['server-sse-polling'] },
  {
    why: 'of a streamed answer only the first message is taken',
    scenarios: ['tools-call-with-progress'],
    upstreams: ['Streamable HTTP'],
    revisions: ['active', '2025-06-18', '2025-11-25'],
  },
  {
    why: 'the stateless revision is not served yet',
    revisions: ['2026-07-28'],
    scenarios: [
      'server-stateless',
      'server-sse-multiple-streams',
      'dns-rebinding-protection',
      'caching',
      'http-header-validation',
      'http-custom-header-server-validation',
      'json-schema-2020-12',
      'tools-list',
      'tools-call-simple-text',
      'tools-call-image',
      'tools-call-audio',
      'tools-call-embedded-resource',
      'tools-call-mixed-content',
      'tools-call-error',
      'tools-call-with-progress',
      'input-required-result-basic-elicitation',
      'input-required-result-basic-sampling',
      'input-required-result-basic-list-roots',
      'input-required-result-request-state',
      'input-required-result-multiple-input-requests',
      'input-required-result-multi-round',
      'input-required-result-non-tool-request',
      'input-required-result-result-type',
      'input-required-result-tampered-state',
      'input-required-result-capability-check',
    ],
  },
  {
    why: 'tasks are not passed on yet',
    scenarios: [
      'tasks-lifecycle',
      'tasks-capability-negotiation',
      'tasks-wire-fields',
      'tasks-request-state-removal',
      'tasks-mrtr-input',
      'tasks-request-headers',
      'tasks-dispatch-and-envelope',
      'tasks-required-task-error',
      'tasks-mrtr-composition',
    ],
  },
]

/** The same for how the gateway speaks to servers. */
export const KNOWN_CLIENT_FAILURES: readonly KnownFailure[] = [
  { why: 'requests of servers to the client are not passed on yet', scenarios: ['elicitation-sep1034-client-defaults'] },
  { why: 'streams that a server closes early are not taken up again yet', scenarios: ['sse-retry'] },
  {
    why: 'the stateless revision is not spoken to servers yet',
    revisions: ['2026-07-28'],
    scenarios: [
      'tools_call',
      'request-metadata',
      'sep-2322-client-request-state',
      'http-standard-headers',
      'http-custom-headers',
      'http-invalid-tool-headers',
      'json-schema-2020-12-preservation',
    ],
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
