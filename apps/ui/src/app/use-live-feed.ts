import type { AppEvent } from '@local-mcp/contract'
import { notifyManager, onlineManager, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { settlePending } from '../features/sign-ins/pending-sign-ins.ts'
import { retryDelay } from '../lib/retry-delay.ts'
import { announce } from './announcer.tsx'
import { useApi } from './api-context.tsx'
import { applyEvent } from './apply-event.ts'

/** Events of one burst are drawn together: about one frame. */
const BURST_MS = 16

/** Keeps the query cache true: one subscription per connection, and everything read again after each new one. */
export function useLiveFeed(): void {
  const { connection, queries } = useApi()
  const cache = useQueryClient()
  const { t } = useTranslation()
  const open = useStore(connection.state, ({ state }) => state === 'open')

  useEffect(() => {
    // Queries wait while there is no connection, instead of failing.
    onlineManager.setOnline(open)
    if (!open) return
    const stop = new AbortController()
    let stopped = false
    let burst: AppEvent[] = []

    const draw = () => {
      const events = burst
      burst = []
      notifyManager.batch(() => {
        for (const event of events) {
          applyEvent(event, cache, queries)
          if (settlePending(event)) announce(t('announce.signedIn'))
          if (event.type !== 'server.status.changed') continue
          const server = cache.getQueryData(queries.servers.list.queryKey())?.find(({ id }) => id === event.serverId)
          if (server) announce(t('announce.serverState', { name: server.name, state: t(`serverState.${event.status.state}`) }))
        }
      })
    }

    const follow = async () => {
      for (let attempt = 0; !stopped; attempt++) {
        try {
          const feed = await connection.api.events.subscribe(undefined, { signal: stop.signal })
          attempt = 0
          // After subscribing, so that nothing falls between what was read and what is told.
          void cache.invalidateQueries()
          for await (const event of feed) {
            if (burst.length === 0) setTimeout(draw, BURST_MS)
            burst.push(event)
          }
        } catch {
          // A lost connection ends this effect; a feed that the host ended alone is taken up again below.
        }
        if (stopped) return
        await new Promise((resolve) => setTimeout(resolve, retryDelay(attempt)))
      }
    }
    void follow()
    return () => {
      stopped = true
      // Over a socket that is gone there is nobody to tell; the feed has ended with it.
      if (connection.state.getState().state === 'open') stop.abort()
    }
  }, [open, connection, queries, cache, t])
}
