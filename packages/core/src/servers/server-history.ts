import type { AppEvent, ServerMoment } from '@local-mcp/contract'
import type { EventBus, ServerId } from '@local-mcp/kernel'
import type { TrafficLog } from '../logs/log.ports.ts'

/** Keeps what becomes of servers. @returns what ends it */
export function keepServerHistory(events: EventBus<AppEvent>, log: Pick<TrafficLog, 'note'>): () => void {
  const last = new Map<string, string>()
  return events.on((event) => {
    if (event.type === 'server.purged') last.delete(event.serverId)
    if (event.type !== 'server.status.changed') return
    const { serverId, status } = event
    const { state, problem, pid, since } = status
    // Its tools, or its account, may be others without that it is in another state.
    const shown = JSON.stringify([state, problem?.code ?? null, pid])
    if (last.get(serverId) === shown) return
    last.set(serverId, shown)
    const moment: ServerMoment = { at: since, state, code: problem?.code ?? null, message: problem?.message ?? null, pid }
    log.note(serverId as ServerId, moment)
  })
}
