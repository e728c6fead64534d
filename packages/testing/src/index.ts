export { clientSection, type JudgedLeg, serverSection } from './conformance/conformance-page.ts'
export { KNOWN_CLIENT_FAILURES, KNOWN_SERVER_FAILURES, type KnownFailure, surprisesOf } from './conformance/known-failures.ts'
export { CLIENT_LEGS, EXTENSION_SIGN_INS, judgeClient, judgeServer, type Leg, SERVER_LEGS, type Verdicts } from './conformance/referee.ts'
export { type ReferenceServer, startReferenceServer, startSoakServer } from './conformance/reference-server.ts'
export { startTokenProxy, type TokenProxy } from './conformance/token-proxy.ts'
export { createCrowd } from './crowd.ts'
export { ASKING_ROWS } from './era-grid/asking-rows.ts'
export type { GridBench, GridColumn, GridRow } from './era-grid/grid.types.ts'
export { GRID_COLUMNS, gridPage } from './era-grid/grid-page.ts'
export { PLAIN_ROWS } from './era-grid/plain-rows.ts'
export { openEventStream } from './event-stream.ts'
export { type GatewayProbe, gatewayProbe, type Holdings } from './gateway-probe.ts'
export {
  type CliResult,
  type GatewayOptions,
  type GatewayProcess,
  gatewayOf,
  NO_KEYCHAIN,
  runCli,
  runCliJson,
  startGateway,
} from './gateway-process.ts'
export {
  type LightAnswer,
  type LightClient,
  type LightStream,
  lightClient,
  type Message,
  MODERN_VERSION,
  messagesOf,
  modern,
} from './light-client.ts'
export { openRawSession } from './mcp-client.ts'
export { type ModernRequestOptions, openModernClient } from './modern-client.ts'
export { startAuthorizationProcess } from './oauth/authorization-process.ts'
export { startFakeAuthorization } from './oauth/fake-authorization.ts'
export type {
  ClientRecord,
  Counts,
  FakeAuthorization,
  FakeControl,
  Fault,
  Place,
  Received,
  Settings,
} from './oauth/fake-authorization.types.ts'
export { shiftedClock } from './oauth/shifted-clock.ts'
export { type AdminApi, adminApi, type BrowserPage, browse } from './oauth/sign-in.ts'
export { connectNewClient, connectOldClient, type OfficialClient } from './official-clients.ts'
export { childrenOf, isAlive, pidsOf, zombiesOf } from './processes.ts'
export { ALL_KINDS, allUp, createServerBench, guardianOf, type ServerBench, TIDY, untilGone } from './server-bench.ts'
export { badServer, fileServer, realServer, referenceServer, soakServer, wrapper } from './servers.ts'
export { tempDir } from './temp-dir.ts'
export { waitFor } from './wait-for.ts'
