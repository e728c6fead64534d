import type { Upstreams } from '@local-mcp/core'
import type { Clock, ServerId } from '@local-mcp/kernel'
import type { PinGate } from '../catalog/pin-gate.ts'
import type { Views } from '../downstream/views.ts'
import type { UpstreamPool } from './upstream-pool.ts'

/** The gateway's servers, as the services of the product see them. */
export function createUpstreams(pool: UpstreamPool, pins: PinGate, views: Views, clock: Clock): Upstreams {
  const status: Upstreams['status'] = (id) =>
    pool.get(id)?.status() ?? {
      state: 'disconnected',
      problem: null,
      since: clock.now(),
      pid: null,
      protocolVersion: null,
      serverInfo: null,
      toolCount: null,
    }
  return {
    status,
    tools(id) {
      const upstream = pool.get(id)
      const tools = upstream?.offer()?.tool
      if (!upstream || !tools) return null
      return tools.map((item) => ({
        name: item.key,
        definition: item.bytes.toString('utf8'),
        changed: pins.isChanged(upstream.record, 'tool', item),
      }))
    },
    exposedNames(slug) {
      const names = new Map<ServerId, Map<string, string>>()
      for (const { serverId, own, name } of views.find(slug)?.view.catalog().tools ?? [])
        names.set(serverId, (names.get(serverId) ?? new Map()).set(own, name))
      return names
    },
    warm: (id) => pool.get(id)?.warm(),
    async restart(id) {
      await pool.restart(id)
      return status(id)
    },
  }
}
