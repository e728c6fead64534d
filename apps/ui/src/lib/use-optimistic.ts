import { type QueryKey, type UseMutationOptions, useQueryClient } from '@tanstack/react-query'
import { useAction } from './use-action.ts'

interface Optimistic<TInput, TOutput, THeld> {
  /** What of the cache the change shows in. */
  queryKey: QueryKey
  /** What it will be once the change is made. */
  apply: (held: THeld, input: TInput) => THeld
  /** Writes what the gateway answered. */
  settle: (output: TOutput) => void
}

/**
 * A change that is shown before the gateway has made it. Where it is refused, what was before comes back with the
 * reason in a toast, and is read again, because something else may have changed meanwhile. Changes of the same part
 * of the cache are made one after another; an answer does not undo the intent of the next that waits.
 */
export function useOptimistic<TOutput, TError, TInput, THeld>(
  options: UseMutationOptions<TOutput, TError, TInput, unknown>,
  { queryKey, apply, settle }: Optimistic<TInput, TOutput, THeld>,
) {
  const cache = useQueryClient()
  const mutationKey = ['optimistic', ...queryKey]
  const isLast = () => cache.isMutating({ mutationKey, exact: true }) <= 1
  return useAction<TOutput, TError, TInput, unknown>({
    ...options,
    mutationKey,
    scope: { id: JSON.stringify(queryKey) },
    onMutate: (input) => {
      const before = cache.getQueryData<THeld>(queryKey)
      if (before !== undefined) cache.setQueryData<THeld>(queryKey, apply(before, input))
      return before
    },
    onSuccess: (output, ...rest) => {
      if (isLast()) settle(output)
      return options.onSuccess?.(output, ...rest)
    },
    onError: (_error, _input, before) => {
      if (before !== undefined) cache.setQueryData(queryKey, before)
      void cache.invalidateQueries({ queryKey })
    },
  })
}
