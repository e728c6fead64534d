import { ERRORS, isErrorCode } from '@local-mcp/contract'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { readError } from '../connect.ts'

interface ErrorText {
  readonly title: string
  readonly next: string
  readonly incident: string | undefined
}

/** What failed and the one next step, in words. */
export function errorText(error: unknown, t: TFunction): ErrorText {
  const { code, message, next, incident } = readError(error)
  if (code === 'CONNECTION_LOST') return { title: t('error.lost'), next: t('error.lostNext'), incident: undefined }
  const known = isErrorCode(code) ? ERRORS[code] : undefined
  return { title: message || known?.title || t('error.unknown'), next: next ?? known?.next ?? t('error.unknownNext'), incident }
}

/** The same, for an error that is shown for as long as it lasts. */
export function useErrorText(error: unknown): ErrorText {
  return errorText(error, useTranslation().t)
}
