export type { BackupProgress, BackupStore } from './backups/backup.ports.ts'
export { type BackupService, createBackupService } from './backups/backup.service.ts'
export { type Context, may, type Principal } from './context.ts'
export type { ServiceDependencies } from './dependencies.ts'
export { createDiscoveryService, type DiscoveryService } from './discovery/discovery.service.ts'
export type { CallHistory, Upstreams } from './gateway.ports.ts'
export { alignPool, ensureFirstRun, type FirstRunOptions } from './identity/first-run.ts'
export { createProfileService, type ProfileService } from './profiles/profile.service.ts'
export type {
  ApiKeyRecord,
  KeyRecord,
  LinkRecord,
  Ownership,
  ProfileRecord,
  SealedCell,
  SecretRecord,
  ServerRecord,
  TokenRecord,
  ToolPolicy,
  ToolRecord,
  UserRecord,
} from './records.ts'
export type { RoutedProfile, RoutingSnapshot, RoutingSource } from './routing.ports.ts'
export { createRoutingService, type RoutingService } from './routing.service.ts'
export { createSecretService, type SecretService } from './secrets/secret.service.ts'
export { createSecretSource, type SecretSource } from './secrets/secret-source.ts'
export type { KeyChoice, VaultKeeper } from './secrets/vault-keeper.ports.ts'
export { type AddressKind, classifyAddress, classifyHost } from './servers/addresses.ts'
export { apiKeyHeader } from './servers/api-key.ts'
export { consentSha256, isApproved, needsConsent } from './servers/consent.ts'
export { isReservedHeader } from './servers/headers.ts'
export { createServerService, type ServerService } from './servers/server.service.ts'
export type {
  IdentityReader,
  IdentityWriter,
  KeyReader,
  KeyWriter,
  LinkReader,
  LinkWriter,
  PoolWriter,
  ProfileReader,
  ProfileWriter,
  SecretReader,
  SecretWriter,
  ServerReader,
  ServerWriter,
  SettingsReader,
  SettingsWriter,
  Store,
  StoreReader,
  StoreWriter,
  TokenReader,
  TokenWriter,
  ToolReader,
  ToolWriter,
} from './store.ports.ts'
export { createTokenService, type TokenService } from './tokens/token.service.ts'
export type { SecretPlace, Vault } from './vault.ports.ts'
