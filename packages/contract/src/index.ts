export { type Contract, contract } from './contract.ts'
export { ERRORS, type ErrorCode, type ErrorSpec, isErrorCode } from './errors.ts'
export { type AppEvent, appEvent } from './events.ts'
export { issueMessage, type SchemaIssue } from './issue-message.ts'
export { DEFAULT_PORT, MAX_BODY_BYTES, RESERVED_SLUGS, SLUG, SLUG_MAX, SLUG_MIN } from './limits.ts'
export type { Call } from './nouns/activity.ts'
export {
  type Backup,
  type BackupCounts,
  type BackupKind,
  type BackupSettings,
  backupSettings,
  type Replacement,
  type RestorePreview,
} from './nouns/backup.ts'
export type { Visibility } from './nouns/common.ts'
export type { DiscoveredServer } from './nouns/discovery.ts'
export type { Finding, HealthCheck, Readiness } from './nouns/health.ts'
export type { Link, Profile, ToolNaming } from './nouns/profile.ts'
export type { ClearedMark, FilesCopy, RecoveryState, Remedy, SalvageReport } from './nouns/recovery.ts'
export type { ApiKey, ApiKeyInput, KeyPlace, Secret, VaultStatus } from './nouns/secret.ts'
export {
  CREATABLE_TYPES,
  type ExternalConfig,
  type RemoteHttpConfig,
  type RemoteSseConfig,
  type Server,
  type ServerConfig,
  type ServerProblem,
  type ServerState,
  type ServerStatus,
  type ServerType,
  type Tool,
} from './nouns/server.ts'
export type { SystemInfo } from './nouns/system.ts'
export type { ClientToken, TokenAccess } from './nouns/token.ts'
export type { OperationMeta, Permission } from './operations/base.ts'
export { configSchemas } from './operations/servers.ts'
export { PROBLEMS, type ProblemCode, type ProblemSpec } from './problems.ts'
export { slugFor } from './slug.ts'
export { VAULT_PROBLEMS, type VaultProblemCode } from './vault-problems.ts'
