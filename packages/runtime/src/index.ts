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
  type StartProcess,
  salvageFile,
  startProcessesWith,
} from '@local-mcp/database'
export { type OwnerPort, servePort, textPort } from './carriers.ts'
export { freshLink, reachRunning } from './control/reach-running.ts'
export { PAGE_HEADERS, staticFile } from './control/static-files.ts'
export { createRuntime, type Host, warnOfLocation } from './create-runtime.ts'
export { type Environment, readEnvironment, SECRET_VARIABLES } from './environment.ts'
export { type ErrorData, toAppError } from './errors.ts'
export { keyFinding } from './key-finding.ts'
export { logToStderr, plain } from './log-sink.ts'
export { type Serving, startServing } from './serving.ts'
export { runStdioBridge } from './stdio-process.ts'
