export type { BackupProgress, BackupStore } from './backups/backup.ports.ts'
export { type BackupService, createBackupService } from './backups/backup.service.ts'
export { type Context, may, type Principal } from './context.ts'
export type { ServiceDependencies } from './dependencies.ts'
export { createDiscoveryService, type DiscoveryService } from './discovery/discovery.service.ts'
export type { CallHistory, ProgramIdentity, Upstreams } from './gateway.ports.ts'
export { alignPool, ensureFirstRun, type FirstRunOptions } from './identity/first-run.ts'
export { createProfileService, type ProfileService } from './profiles/profile.service.ts'
export type {
  LinkRecord,
  Ownership,
  ProfileRecord,
  ServerRecord,
  TokenRecord,
  ToolPolicy,
  ToolRecord,
  UserRecord,
} from './records.ts'
export type { RoutedProfile, RoutingSnapshot, RoutingSource } from './routing.ports.ts'
export { createRoutingService, type RoutingService } from './routing.service.ts'
export { type AddressKind, classifyAddress, classifyHost } from './servers/addresses.ts'
export { agreedProgram, consentSha256, isApproved, needsConsent } from './servers/consent.ts'
export { createServerService, type ServerService } from './servers/server.service.ts'
export { serverFindings } from './servers/server-findings.ts'
export type {
  IdentityReader,
  IdentityWriter,
  LinkReader,
  LinkWriter,
  PoolWriter,
  ProfileReader,
  ProfileWriter,
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
