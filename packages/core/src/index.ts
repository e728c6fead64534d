export { type AppearanceService, createAppearanceService } from './appearance.service.ts'
export type { BackupProgress, BackupStore } from './backups/backup.ports.ts'
export { type BackupService, createBackupService } from './backups/backup.service.ts'
export { type ArrivalLog, createArrivalLog, type Seen } from './clients/arrival-log.ts'
export { type ClientService, createClientService, type UserFiles } from './clients/client.service.ts'
export { type UserPlaces, userPlacesOf } from './clients/client-places.ts'
export { type Context, may, type Principal } from './context.ts'
export type { ServiceDependencies } from './dependencies.ts'
export { createDiscoveryService, type DiscoveryService } from './discovery/discovery.service.ts'
export type { CallHistory, ListedTool, ProgramIdentity, ToolOutcome, Upstreams } from './gateway.ports.ts'
export { ensureFirstRun, type FirstRunOptions } from './identity/first-run.ts'
export type {
  CallEnd,
  CallLog,
  LogFilters,
  LoggedCall,
  LogPlace,
  LogSpan,
  Payload,
  TrafficLog,
} from './logs/log.ports.ts'
export { createLogService, type LogService, type ReplayTarget } from './logs/log.service.ts'
export { LOG_DEFAULTS, readLogSettings } from './logs/log-settings.ts'
export { type AccessKeeper, createAccessKeeper } from './oauth/access-keeper.ts'
export {
  type AccessSource,
  type AuthorizationClient,
  type AuthorizationServer,
  type Challenge,
  type ClientIdentity,
  type Granted,
  type Journal,
  RenewalError,
  type SignInTarget,
} from './oauth/oauth.ports.ts'
export type { AccountRecord, GrantRecord, GrantTerms, RegistrationRecord, SignInRecord } from './oauth/oauth.records.ts'
export { createOAuthService, type OAuthService } from './oauth/oauth.service.ts'
export type { LeaseHolder, LeaseWriter, OAuthReader, OAuthWriter } from './oauth/oauth.store.ts'
export { readOAuthSettings } from './oauth/oauth-settings.ts'
export { RECIPES } from './oauth/recipes.ts'
export { findPreset, searchPresets } from './presets/preset-list.ts'
export { createProfileService, type ProfileService } from './profiles/profile.service.ts'
export type {
  ApiKeyRecord,
  DeletedServerRecord,
  KeyRecord,
  LinkedSource,
  LinkRecord,
  NewTokenUse,
  Ownership,
  PinRecord,
  ProfileRecord,
  SealedCell,
  SecretRecord,
  ServerRecord,
  SourceRecord,
  TokenRecord,
  ToolRecord,
  UserRecord,
} from './records.ts'
export type { RoutedProfile, RoutingSnapshot, RoutingSource } from './routing.ports.ts'
export { createRoutingService, type RoutingService } from './routing.service.ts'
export { createSecretService, type SecretService } from './secrets/secret.service.ts'
export { createSecretSource, type SecretSource } from './secrets/secret-source.ts'
export { noteSignInUse } from './secrets/sign-in-lines.ts'
export type { KeyChoice, VaultKeeper } from './secrets/vault-keeper.ports.ts'
export { type AddressKind, classifyAddress, classifyHost } from './servers/addresses.ts'
export { apiKeyHeader } from './servers/api-key.ts'
export { agreedProgram, consentSha256, isApproved, needsConsent } from './servers/consent.ts'
export { endpointKey, isLoopbackName } from './servers/endpoint-key.ts'
export { isReservedHeader } from './servers/headers.ts'
export { createPoolService, type PoolService } from './servers/pool.service.ts'
export { createServerService, type ServerService } from './servers/server.service.ts'
export { serverFindings } from './servers/server-findings.ts'
export { keepServerHistory } from './servers/server-history.ts'
export { createServerSettingsService, readServerSettings, type ServerSettingsService } from './servers/server-settings.service.ts'
export { createSourceService, type SourceService } from './sources/source.service.ts'
export { createSourceLookUp, type SourceLookUp } from './sources/source-look-up.ts'
export { SOURCE_REFERENCE } from './sources/source-references.ts'
export type {
  IdentityReader,
  IdentityWriter,
  KeyReader,
  KeyWriter,
  LinkReader,
  LinkWriter,
  PoolPlan,
  PoolReader,
  PoolRow,
  PoolWriter,
  ProfileReader,
  ProfileWriter,
  SecretReader,
  SecretWriter,
  ServerReader,
  ServerWriter,
  SettingsReader,
  SettingsWriter,
  SourceReader,
  SourceWriter,
  Store,
  StoredChoices,
  StoreReader,
  StoreWriter,
  TokenReader,
  TokenUsageReader,
  TokenUsageWriter,
  TokenWriter,
  ToolChoiceReader,
  ToolChoiceWriter,
  ToolReader,
  ToolWriter,
} from './store.ports.ts'
export { createTokenService, type TokenService } from './tokens/token.service.ts'
export type { Door, TokenGate } from './tokens/token-gate.ts'
export { createTokenUsage, type TokenUsageLog } from './tokens/token-usage.ts'
export { definitionHash } from './tools/definition.ts'
export { createProfileToolService, type ProfileToolService } from './tools/profile-tools.service.ts'
export { createToolService, type ToolService } from './tools/tool.service.ts'
export {
  allows,
  isChanged,
  NO_CHOICES,
  PINNED_KINDS,
  pinKey,
  type ToolChoices,
  type ToolCustom,
  type ToolPins,
} from './tools/tool-rules.ts'
export type { SecretPlace, Vault } from './vault.ports.ts'
