import {
  CLIENT_LEGS,
  clientSection,
  EXTENSION_SIGN_INS,
  type GatewayProcess,
  type JudgedLeg,
  judgeClient,
  judgeServer,
  KNOWN_CLIENT_FAILURES,
  KNOWN_SERVER_FAILURES,
  type KnownFailure,
  type Leg,
  type ReferenceServer,
  referenceServer,
  SERVER_LEGS,
  serverSection,
  startGateway,
  startReferenceServer,
  startTokenProxy,
  surprisesOf,
  type TokenProxy,
  tempDir,
  type Verdicts,
} from '@local-mcp/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** How the gateway reaches the reference server; what is added to `server add`. */
const UPSTREAMS: Readonly<Record<string, (origin: string) => string[]>> = {
  stdio: () => ['--command', process.execPath, '--arg', referenceServer, '--approve'],
  'Streamable HTTP': (origin) => ['--url', `${origin}/mcp`],
  'HTTP+SSE': (origin) => ['--sse', '--url', `${origin}/sse`],
}
/** Tasks are of the modern era, which HTTP+SSE cannot carry: there is nothing to judge. */
const reaches = (upstream: string, { revision }: { revision: string }) => upstream !== 'HTTP+SSE' || revision !== 'tasks'
const slugOf = (upstream: string) => upstream.toLowerCase().replaceAll(/[^a-z]+/g, '-')

const dir = await tempDir()
const databasePath = `${dir.path}/db.sqlite`
let gateway: GatewayProcess
let reference: ReferenceServer
let proxy: TokenProxy
let token: string
let admin: string

beforeAll(async () => {
  reference = await startReferenceServer()
  gateway = await startGateway({ databasePath, env: { OAUTH_ENCRYPTION_KEY: 'ab'.repeat(32) } })
  admin = (await gateway.cli<{ token: string }>('token', 'create', '--name', 'admin', '--admin')).token
  token = await gateway.token()
  proxy = await startTokenProxy(gateway.origin, token)
  for (const [upstream, flags] of Object.entries(UPSTREAMS)) {
    await gateway.cli('server', 'add', '--name', upstream, '--no-link', ...flags(reference.origin))
    await gateway.cli('profile', 'create', '--name', upstream, '--server', slugOf(upstream))
  }
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await gateway.stop()
  await reference[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

const judged: JudgedLeg[] = []

describe.each(SERVER_LEGS)('what passes without the gateway passes through it: $referee, $revision', (leg) => {
  let direct: Verdicts
  const through = new Map<string, Verdicts>()

  beforeAll(async () => {
    direct = await judgeServer(leg, `${reference.origin}/mcp`)
    judged.push({ leg, direct, through })
  })

  test('the reference server passes everything', () => {
    expect([...direct].filter(([, passed]) => !passed)).toEqual([])
  })

  test.each(Object.keys(UPSTREAMS).filter((upstream) => reaches(upstream, leg)))('%s', async (upstream) => {
    through.set(upstream, await judgeServer(leg, `${proxy.origin}/mcp/${slugOf(upstream)}`))
    expect(surprisesOf(KNOWN_SERVER_FAILURES, { upstream, revision: leg.revision }, direct, through.get(upstream) as Verdicts)).toEqual({
      broken: [],
      mended: [],
    })
  })
})

const judgedClients: [Leg, Verdicts][] = []
const CLIENT_TIMEOUT = 180_000

describe.each([...CLIENT_LEGS, ...EXTENSION_SIGN_INS])(
  'the gateway speaks to servers as a client must: $leg.referee, $leg.revision',
  ({ leg, scenarios }) => {
    test(
      'over Streamable HTTP',
      async () => {
        const verdicts = await judgeClient({ leg, scenarios }, databasePath, token, admin)
        judgedClients.push([leg, verdicts])
        const all = new Map(scenarios.map((scenario) => [scenario, true]))
        expect(surprisesOf(KNOWN_CLIENT_FAILURES, leg, all, verdicts)).toEqual({ broken: [], mended: [] })
      },
      CLIENT_TIMEOUT,
    )
  },
)

test('every known failure is a scenario that exists', () => {
  const stale = (known: readonly KnownFailure[], judged: readonly Verdicts[]) =>
    known.flatMap(({ scenarios }) => scenarios).filter((scenario) => !judged.some((verdicts) => verdicts.has(scenario)))
  expect(
    stale(
      KNOWN_SERVER_FAILURES,
      judged.map(({ direct }) => direct),
    ),
  ).toEqual([])
  expect(
    stale(
      KNOWN_CLIENT_FAILURES,
      judgedClients.map(([, verdicts]) => verdicts),
    ),
  ).toEqual([])
})

/** The page is written by the test (`npx vitest -u`), so it cannot be out of date. */
test('docs/reference/conformance.md is the result', async () => {
  const page = [
    '# Conformance',
    '',
    'The official suite of the protocol (`@modelcontextprotocol/conformance`), run against `packages/testing/servers/reference-server.mjs` without the gateway and through it. A figure is scenarios passed of those that pass without the gateway; none: what is judged does not exist in the era of the carrier. Written by `apps/server/src/conformance.int.test.ts` (`npx vitest -u`) from the result and from `packages/testing/src/conformance/known-failures.ts`.',
    '',
    '## Towards clients, by how the server is reached',
    '',
    ...serverSection(judged, KNOWN_SERVER_FAILURES),
    '## Towards servers',
    '',
    'The client of the suite is `packages/testing/servers/conformance-client.mjs`, which speaks 2025-11-25 to the gateway, so what a newer revision asks of a client is the work of the gateway, and it plays the person who signs in. Sign-ins by extensions of the protocol (client credentials, cross-app access, DPoP, workload identity) are not supported; they are listed as what is missing.',
    '',
    ...clientSection(judgedClients, KNOWN_CLIENT_FAILURES),
  ].join('\n')
  await expect(page).toMatchFileSnapshot('../../../docs/reference/conformance.md')
})
