export { classifyHost, serverFindings } from '@local-mcp/core'
export {
  clearDirty,
  doctorFile,
  isInstanceRunning,
  lockInstance,
  migrateDatabase,
  migrationStatus,
  openBackups,
  resolveDatabasePath,
  salvageFile,
} from '@local-mcp/database'
export { bearerToken, createStdioBridge, refuseForeign } from '@local-mcp/gateway'
export { createRecovery } from './create-recovery.ts'
export { createRuntime, type Host, type Runtime, type RuntimeOptions, warnOfLocation } from './create-runtime.ts'
export { type ErrorData, toAppError } from './errors.ts'
export { type HttpListener, listenOnLoopback } from './http-listener.ts'
export { keyFinding } from './key-finding.ts'
export type { KeyOptions } from './key-options.ts'
export { opensRecovery } from './recovery.service.ts'
