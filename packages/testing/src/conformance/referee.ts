import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { builtCli } from '../gateway-process.ts'
import { conformanceClient } from '../servers.ts'

const referees = {
  '0.1.16': fileURLToPath(new URL('../../../../node_modules/conformance-0.1/dist/index.js', import.meta.url)),
  '0.2.0-alpha.12': fileURLToPath(new URL('../../../../node_modules/conformance-0.2/dist/index.js', import.meta.url)),
}

/** One version of the referee, asked for one revision of the specification. */
export interface Leg {
  readonly referee: keyof typeof referees
  /** A revision, `active` (what the referee itself thinks is settled), or `tasks` (the extension). */
  readonly revision: string
}

export const SERVER_LEGS: readonly Leg[] = [
  { referee: '0.1.16', revision: 'active' },
  { referee: '0.1.16', revision: '2025-06-18' },
  { referee: '0.1.16', revision: '2025-11-25' },
  { referee: '0.2.0-alpha.12', revision: '2025-03-26' },
  { referee: '0.2.0-alpha.12', revision: '2025-06-18' },
  { referee: '0.2.0-alpha.12', revision: '2025-11-25' },
  { referee: '0.2.0-alpha.12', revision: '2026-07-28' },
  { referee: '0.2.0-alpha.12', revision: 'tasks' },
]

export interface ClientLeg {
  readonly leg: Leg
  readonly scenarios: readonly string[]
}

const auth = (...names: readonly string[]) => names.map((name) => `auth/${name}`)

/** What every revision since 2025-11-25 asks of a client that signs in. */
const SIGN_INS = auth(
  'metadata-default',
  'metadata-var1',
  'metadata-var2',
  'metadata-var3',
  'basic-cimd',
  'scope-from-www-authenticate',
  'scope-from-scopes-supported',
  'scope-omitted-when-undefined',
  'scope-step-up',
  'scope-retry-limit',
  'token-endpoint-auth-basic',
  'token-endpoint-auth-post',
  'token-endpoint-auth-none',
  'pre-registration',
)
const OLD_SIGN_INS = auth('2025-03-26-oauth-metadata-backcompat', '2025-03-26-oauth-endpoint-fallback')
const NEW_SIGN_INS = auth('resource-mismatch', 'offline-access-scope', 'offline-access-not-supported')

/** Sign-ins by extensions of the protocol; all fail, because none of them is supported: they are shown as what is missing. */
export const EXTENSION_SIGN_INS: readonly ClientLeg[] = [
  {
    leg: { referee: '0.1.16', revision: 'extension' },
    scenarios: auth('client-credentials-basic', 'client-credentials-jwt', 'cross-app-access-complete-flow'),
  },
  {
    leg: { referee: '0.2.0-alpha.12', revision: 'extension' },
    scenarios: auth(
      'client-credentials-basic',
      'client-credentials-jwt',
      'enterprise-managed-authorization',
      'dpop',
      'dpop-nonce',
      'wif-jwt-bearer',
    ),
  },
]

export const CLIENT_LEGS: readonly ClientLeg[] = [
  { leg: { referee: '0.1.16', revision: '2025-03-26' }, scenarios: OLD_SIGN_INS },
  { leg: { referee: '0.1.16', revision: 'draft' }, scenarios: NEW_SIGN_INS },
  { leg: { referee: '0.2.0-alpha.12', revision: '2025-03-26' }, scenarios: OLD_SIGN_INS },
  {
    leg: { referee: '0.1.16', revision: '2025-11-25' },
    scenarios: ['initialize', 'tools_call', 'elicitation-sep1034-client-defaults', 'sse-retry', ...SIGN_INS],
  },
  { leg: { referee: '0.2.0-alpha.12', revision: '2025-06-18' }, scenarios: ['initialize', 'tools_call'] },
  {
    leg: { referee: '0.2.0-alpha.12', revision: '2025-11-25' },
    scenarios: ['initialize', 'tools_call', 'elicitation-sep1034-client-defaults', 'sse-retry', 'json-schema-2020-12-preservation'],
  },
  {
    leg: { referee: '0.2.0-alpha.12', revision: '2026-07-28' },
    scenarios: [
      'tools_call',
      'request-metadata',
      'sep-2322-client-request-state',
      'http-standard-headers',
      'http-custom-headers',
      'http-invalid-tool-headers',
      'json-schema-ref-no-deref',
      'json-schema-2020-12-preservation',
      ...SIGN_INS,
      ...NEW_SIGN_INS,
      ...auth(
        'authorization-server-migration',
        'iss-supported',
        'iss-not-advertised',
        'iss-supported-missing',
        'iss-wrong-issuer',
        'iss-unexpected',
        'iss-normalized',
        'metadata-issuer-mismatch',
      ),
    ],
  },
]

/** Extensions belong to no suite. `tasks-status-notifications` is left out: it always skips itself. */
const TASK_SCENARIOS = [
  'tasks-lifecycle',
  'tasks-capability-negotiation',
  'tasks-wire-fields',
  'tasks-request-state-removal',
  'tasks-mrtr-input',
  'tasks-request-headers',
  'tasks-dispatch-and-envelope',
  'tasks-required-task-error',
  'tasks-mrtr-composition',
]

/** How long one scenario may take, in milliseconds. The longest that passes takes four seconds. */
const SCENARIO_TIMEOUT = 10_000
/** How long a whole leg may take, in milliseconds. */
const LEG_TIMEOUT = 180_000

/** Scenario → whether all its checks passed; one that made no check has not passed. */
export type Verdicts = ReadonlyMap<string, boolean>

// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a terminal
const COLOURS = /\u001b\[[0-9;]*m/g

function run(referee: Leg['referee'], args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [referees[referee], ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LEG_TIMEOUT,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        output += chunk
      })
    }
    child.on('close', () => resolve(output.replace(COLOURS, '')))
  })
}

/** The verdicts at the end of the output of a suite. @throws Error with its last lines where there is no such end */
function readVerdicts(output: string): Verdicts {
  const at = output.search(/=== (?:SUITE )?SUMMARY ===/)
  if (at < 0) throw new Error(`The referee came to no end:\n${output.slice(-2000)}`)
  return new Map(
    [...output.slice(at).matchAll(/^[✓✗] (\S+): (\d+) passed, (\d+) failed/gm)].map(([, name, passed, failed]) => [
      name as string,
      Number(passed) > 0 && Number(failed) === 0,
    ]),
  )
}

const suiteOf = ({ revision }: Leg) => (revision === 'active' ? ['--suite', 'active'] : ['--suite', 'all', '--spec-version', revision])

/**
 * Has the referee judge the server at an address. What fails is judged once more, alone: many scenarios wait for
 * fixed times, which a busy machine does not keep.
 */
export async function judgeServer(leg: Leg, url: string): Promise<Verdicts> {
  const timeout = leg.referee === '0.1.16' ? [] : ['--timeout', String(SCENARIO_TIMEOUT)]
  const revision = leg.revision === 'active' || leg.revision === 'tasks' ? [] : ['--spec-version', leg.revision]
  const judge = (...which: string[]) => run(leg.referee, ['server', '--url', url, ...which, ...timeout])
  const judgeOne = async (scenario: string) => passedAlone(await judge('--scenario', scenario, ...revision))
  const verdicts = new Map<string, boolean>()
  if (leg.revision === 'tasks') for (const scenario of TASK_SCENARIOS) verdicts.set(scenario, await judgeOne(scenario))
  else for (const [scenario, passed] of readVerdicts(await judge(...suiteOf(leg)))) verdicts.set(scenario, passed)
  for (const [scenario, passed] of verdicts) if (!passed) verdicts.set(scenario, await judgeOne(scenario))
  return verdicts
}

/** Whether the one scenario that the referee was asked for passed. */
function passedAlone(output: string): boolean {
  const [, passed, failed] = /^Passed: (\d+)\/\d+, (\d+) failed/m.exec(output) ?? []
  return Number(passed) > 0 && Number(failed) === 0
}

/**
 * Has the referee judge how the gateway that runs on a database speaks to servers.
 * @param token one for every profile @param admin one that may manage the gateway, for sign-ins
 */
export async function judgeClient({ leg, scenarios }: ClientLeg, databasePath: string, token: string, admin: string): Promise<Verdicts> {
  const command = `"${process.execPath}" "${conformanceClient}"`
  const env = { CONFORMANCE_CLI: builtCli, DATABASE_PATH: databasePath, CONFORMANCE_TOKEN: token, CONFORMANCE_ADMIN: admin }
  const verdicts = new Map<string, boolean>()
  for (const scenario of scenarios) {
    const revision = leg.revision === 'extension' ? [] : ['--spec-version', leg.revision]
    const args = ['client', '--command', command, '--scenario', scenario, ...revision]
    verdicts.set(scenario, passedAlone(await run(leg.referee, args, env)))
  }
  return verdicts
}
