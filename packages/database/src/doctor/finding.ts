import type { Finding } from '@local-mcp/contract'
import { AppError, messageOf } from '@local-mcp/kernel'
import { toAppError } from '../sqlite-error.ts'

/** @param next the one safe thing to do; null where there is nothing to do */
export const found = (check: string, level: Finding['level'], message: string, next: string | null = null): Finding => ({
  check,
  level,
  message,
  next,
})

/** A check that could not be made, with what kept it from being made. */
export function failure(check: string, path: string, thrown: unknown, next: string): Finding {
  const error = toAppError(thrown, path)
  return found(check, 'error', messageOf(error), (error instanceof AppError ? error.next : undefined) ?? next)
}

export const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`
