import { homedir } from 'node:os'
import type { ServerSettings } from '@local-mcp/contract'
import type { ToolOutcome, Upstreams } from '@local-mcp/core'
import type { Clock, ServerId } from '@local-mcp/kernel'
import type { CatalogOutcome } from '../catalog/catalog.ts'
import type { PinGate } from '../catalog/pin-gate.ts'
import type { Sessions } from '../downstream/sessions.ts'
import type { Views } from '../downstream/views.ts'
import { compareOffers, NO_OFFER } from './listing.ts'
import type { ProgramFinder } from './programs/program-finder.ts'
import { identifyProgram } from './programs/program-identity.ts'
import { measureUsage } from './supervision/usage.ts'
import { serverOf } from './upstream-key.ts'
import type { UpstreamPool } from './upstream-pool.ts'

export interface UpstreamsOptions {
  readonly pool: UpstreamPool
  readonly pins: PinGate
  readonly views: Views
  readonly programs: ProgramFinder
  readonly clock: Clock
  readonly sessions: Sessions
  configure(settings: ServerSettings): void
}

/** The gateway's servers, as the services of the product see them. */
export function createUpstreams({ pool, pins, views, programs, clock, sessions, configure }: UpstreamsOptions): Upstreams {
  const status: Upstreams['status'] = (id) =>
    pool.get(id)?.status() ?? {
      state: 'disconnected',
      problem: null,
      since: clock.now(),
      pid: null,
      protocolVersion: null,
      serverInfo: null,
      program: null,
      toolCount: null,
    }
  return {
    status,
    async identify(config) {
      if (!('command' in config)) return null
      const { located } = await programs.find(config.command, config.cwd ?? homedir(), config.env.PATH)
      return located.kind === 'found' ? identifyProgram(located.file) : null
    },
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
        names.set(serverOf(serverId), (names.get(serverOf(serverId)) ?? new Map()).set(own, name))
      return names
    },
    profileTools: (slug) => (views.find(slug)?.view.catalog().outcomes() ?? []).map(toOutcome),
    previewTool(slug, id, tool, custom) {
      const outcome = views.find(slug)?.view.preview(id, tool, custom)
      return outcome ? toOutcome(outcome) : null
    },
    forget: (id) => pool.forget(id),
    warm: (id) => pool.get(id)?.warm(),
    async restart(id) {
      // Whoever restarts a server whose program was missing has just installed it.
      if (pool.get(id)?.status().problem) programs.refresh()
      await pool.restart(id)
      return status(id)
    },
    async refresh(id) {
      const before = pool.get(id)?.offer() ?? NO_OFFER
      await pool.restart(id)
      const { tool, resource, template, prompt } = compareOffers(before, pool.get(id)?.offer() ?? NO_OFFER)
      return { status: status(id), tools: tool, resources: resource, resourceTemplates: template, prompts: prompt }
    },
    logs: pool.log,
    configure,
    usage() {
      const open = [...sessions.all()].map(({ endpoint: key }) => views.find(key)?.view.serverIds.map(serverOf) ?? [])
      const running = [...pool.all()].flatMap((upstream) => {
        const { id, type } = upstream.record
        const { pid } = upstream.status()
        return type === 'external' && pid !== null ? { id, pid, sessions: open.filter((ids) => ids.includes(id)).length } : []
      })
      return measureUsage(open.length, running)
    },
  }
}

const toOutcome = ({ serverId, bytes, ...rest }: CatalogOutcome): ToolOutcome => ({
  ...rest,
  serverId: serverOf(serverId),
  definition: bytes.toString('utf8'),
})
