import { Toast } from '@base-ui/react/toast'
import type { AppEvent } from '@local-mcp/contract'
import { type UseMutationOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../app/api-context.tsx'
import { applyEvent } from '../app/apply-event.ts'
import { errorText } from './use-error-text.ts'

/** How long an offer to undo stays, in milliseconds. */
const UNDO_TIME = 15_000

/** A change that is made at one click, away from any form: its failure is told in a toast. */
export function useAction<TOutput, TError, TInput, TContext>(options: UseMutationOptions<TOutput, TError, TInput, TContext>) {
  const toasts = Toast.useToastManager()
  const { t } = useTranslation()
  return useMutation({
    ...options,
    onError: (error, ...rest) => {
      options.onError?.(error, ...rest)
      const { title, next } = errorText(error, t)
      toasts.add({ type: 'error', priority: 'high', title, description: next })
    },
  })
}

interface Undo {
  readonly label: string
  readonly run: () => void
}

/** Says that something was done, where the page that opens does not show it by itself. */
export function useSay(): (title: string, undo?: Undo) => void {
  const { add } = Toast.useToastManager()
  return useCallback(
    (title, undo) =>
      void add({ type: 'success', title, ...(undo && { timeout: UNDO_TIME, actionProps: { children: undo.label, onClick: undo.run } }) }),
    [add],
  )
}

/**
 * Shows an operation's answer at once, as the event that tells the same will a moment later. Without it the page
 * that opens after a change could be drawn before its noun is known.
 */
export function useSee(): (event: AppEvent) => void {
  const cache = useQueryClient()
  const { queries } = useApi()
  return useCallback((event) => applyEvent(event, cache, queries), [cache, queries])
}
