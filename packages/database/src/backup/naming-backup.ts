import { AppError } from '@local-mcp/kernel'
import { listBackupFiles } from './backup-files.ts'
import { backupFolder } from './backup-name.ts'

const MENDED_BY_RESTORE = new Set(['MIGRATION_DIRTY', 'MIGRATION_FAILED', 'SCHEMA_DRIFT', 'DATABASE_CORRUPT'])

/** The error with the way back in it: the newest backup and the command that restores it. */
export function namingBackup(error: unknown, databasePath: string): unknown {
  if (!(error instanceof AppError) || !MENDED_BY_RESTORE.has(error.code)) return error
  const [newest] = listBackupFiles(backupFolder(databasePath))
  if (!newest) return error
  const { code, message, fields, data, cause } = error
  const at = new Date(newest.createdAt).toISOString()
  const next = `The backup of ${at} is ${newest.path}. Look at it and restore it with: local-mcp-gateway restore "${newest.path}"`
  return new AppError(code, message, { next, fields, data: { ...data, backup: newest.path }, cause })
}
