import { useArrivals, useCalls, useFoundClients, useServers } from '../../lib/use-nouns.ts'
import type { ConnectedClient } from './connected-client.ts'
import { diagnose, type Progress } from './diagnose.ts'

/** How far a client has come, as events tell it. Null until the facts are there. */
export function useProgress(connected: ConnectedClient): Progress | null {
  const arrivals = useArrivals().data
  const calls = useCalls().data
  const servers = useServers().data
  const found = useFoundClients()
  if (!arrivals || !calls || !servers) return null
  return diagnose(connected, {
    arrivals,
    calls,
    found: found.data?.find(({ client }) => client === connected.client),
    servers: servers.filter(({ id }) => connected.profile.serverIds.includes(id)),
  })
}
