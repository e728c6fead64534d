import { CSPProvider } from '@base-ui/react/csp-provider'
import { DirectionProvider } from '@base-ui/react/direction-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { ToastProvider } from '../components/toast.tsx'
import { type Connection, createQueries } from '../connect.ts'
import { Announcer } from './announcer.tsx'
import { ApiProvider } from './api-context.tsx'
import { createQueryClient } from './query-client.ts'
import { SessionEndedPage } from './session-ended-page.tsx'
import { Window } from './window.tsx'

/** The whole window, for one connection to one host. */
export function App({ connection }: { connection: Connection }) {
  const { i18n } = useTranslation()
  const [queryClient] = useState(createQueryClient)
  const [queries] = useState(() => createQueries(connection.api))
  const ended = useStore(connection.state, ({ state }) => state === 'ended')

  return (
    // The page's CSP allows no <style> element: what Base UI would inject is in base.css.
    <CSPProvider disableStyleElements>
      <DirectionProvider direction={i18n.dir()}>
        <QueryClientProvider client={queryClient}>
          <ApiProvider value={{ connection, queries }}>
            <Tooltip.Provider delay={400}>
              <ToastProvider>
                {ended ? <SessionEndedPage /> : <Window />}
                <Announcer />
              </ToastProvider>
            </Tooltip.Provider>
          </ApiProvider>
        </QueryClientProvider>
      </DirectionProvider>
    </CSPProvider>
  )
}
