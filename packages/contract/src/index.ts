export { answerDraft, answerText, askMark, asksIn, keepSecrets, mapTexts, type NamedValue, referSecrets } from './asks.ts'
export {
  CLIENT_IDS,
  type ClientId,
  clientOfName,
  entryName,
  type FileSystem,
  KNOWN_CLIENT_IDS,
  type KnownClientId,
  needsToken,
  snippetFor,
} from './client-snippets.ts'
export { reservedEnv, unpinnedPackage } from './command-risks.ts'
export { type Contract, contract } from './contract.ts'
export { ERRORS, type ErrorCode, type ErrorSpec, isErrorCode } from './errors.ts'
export { type AppEvent, appEvent } from './events.ts'
export { issueMessage, type SchemaIssue } from './issue-message.ts'
export { DEFAULT_PORT, MAX_BODY_BYTES, MAX_SNIPPET, RESERVED_SLUGS, SLUG, SLUG_MAX, SLUG_MIN } from './limits.ts'
export {
  type Call,
  type CallDetail,
  type CallStatus,
  GATEWAY_METHODS,
  type Hop,
  type LogLevel,
  type LogSettings,
  type LogSummary,
  type LogUsage,
  logSettings,
  REPLAYED_METHODS,
} from './nouns/activity.ts'
export { type Appearance, appearance, CONTRASTS, MOTIONS, TEXT_SIZES, THEMES } from './nouns/appearance.ts'
export {
  type Backup,
  type BackupCounts,
  type BackupKind,
  type BackupSettings,
  backupSettings,
  type Replacement,
  type RestorePreview,
} from './nouns/backup.ts'
export type { Arrival, ClientEntry, FileProblem, FoundClient, RefusalReason } from './nouns/client.ts'
export type { Visibility } from './nouns/common.ts'
export type { DiscoveredServer, DiscoveredStatus } from './nouns/discovery.ts'
export type { Ask, Draft, DraftConfig, DraftHint, FoundSecret, Preset, SkippedEntry, Snippet } from './nouns/draft.ts'
export type { Finding, HealthCheck, Readiness } from './nouns/health.ts'
export {
  type Account,
  type AccountState,
  type OAuthClient,
  type OAuthConfig,
  type OAuthDiscovery,
  type OAuthRecipe,
  type OAuthSettings,
  oauthConfig,
  oauthSettings,
  type SignIn,
} from './nouns/oauth.ts'
export type { BadPoolEntry, Pool, PoolSlot } from './nouns/pool.ts'
export type { Link, Profile, RemovedLink, ToolNaming } from './nouns/profile.ts'
export {
  PROMPT_FORMATS,
  type ProfilePrompt,
  type ProfileTool,
  type ProfileTools,
  type PromptFormat,
  type ServerCost,
  type ToolCheck,
  type ToolHiding,
} from './nouns/profile-tool.ts'
export type { ClearedMark, FilesCopy, RecoveryState, Remedy, SalvageReport } from './nouns/recovery.ts'
export type { ApiKey, ApiKeyInput, KeyPlace, Secret, VaultStatus } from './nouns/secret.ts'
export {
  CREATABLE_TYPES,
  type DeletedServer,
  type ExternalConfig,
  type OfferChanges,
  type RemoteHttpConfig,
  type RemoteSseConfig,
  type Server,
  type ServerConfig,
  type ServerLog,
  type ServerMoment,
  type ServerProblem,
  type ServerRefresh,
  type ServerSettings,
  type ServerState,
  type ServerStatus,
  type ServerType,
  serverSettings,
} from './nouns/server.ts'
export { SECRET_MASK, SOURCE_FIELDS, SOURCE_TYPES, type Source, type SourceField, type SourceType } from './nouns/source.ts'
export type { SystemInfo, SystemUsage } from './nouns/system.ts'
export {
  type ClientToken,
  DAYS,
  type RateLimits,
  rateLimits,
  type TimeWindow,
  type TokenAccess,
  type TokenUsage,
  type TokenUse,
  type UnknownTokens,
  type UsageLimits,
} from './nouns/token.ts'
export type { ChangedTools, LinkTool, LinkTools, Tool, ToolChange, ToolPolicy } from './nouns/tool.ts'
export type { OperationMeta, Permission } from './operations/base.ts'
export { configSchemas } from './operations/servers.ts'
export { hasEnded, PROBLEMS, type ProblemCode, type ProblemSpec } from './problems.ts'
export { CLIENT_RIGHTS, RIGHTS, type Right } from './rights.ts'
export { secretNameFor } from './secret-name.ts'
export { slugFor } from './slug.ts'
export { nameOfCommand, nameOfUrl } from './suggest-name.ts'
export { clientsOver, type LimitedClient, TOOL_LIMITS, TYPICAL_CONTEXT, tokensOf } from './tool-cost.ts'
export { canStore, VAULT_PROBLEMS, type VaultProblemCode } from './vault-problems.ts'
