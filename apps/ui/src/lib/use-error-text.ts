import { ERRORS, isErrorCode } from '@local-mcp/contract'
import { useTranslation } from 'react-i18next'
import { readError } from '../connect.ts'

/** What failed and the one next step, in words. */
export function useErrorText(error: unknown): { title: string; next: string | undefined; incident: string | undefined } {
  const { t } = useTranslation()
  const { code, message, next, incident } = readError(error)
  if (code === 'CONNECTION_LOST') return { title: t('error.lost'), next: t('error.lostNext'), incident: undefined }
  const known = isErrorCode(code) ? ERRORS[code] : undefined
  return { title: message || known?.title || t('error.unknown'), next: next ?? known?.next ?? t('error.unknownNext'), incident }
}
