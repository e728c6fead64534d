import { QueryClient } from '@tanstack/react-query'
import { readError } from '../connect.ts'

/** A cache that events keep fresh: nothing polls, and nothing is fetched again because a window got the focus. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchInterval: false,
        refetchOnWindowFocus: false,
        // The feed does it itself, once it has subscribed again (use-live-feed.ts).
        refetchOnReconnect: false,
        // A query that the lost connection took down waits for the next one; anything else is an answer.
        retry: (_count, error) => readError(error).code === 'CONNECTION_LOST',
        retryDelay: 0,
      },
      // A change is never kept for later: who made it must learn at once that it did not happen.
      mutations: { networkMode: 'always', retry: false },
    },
  })
}
