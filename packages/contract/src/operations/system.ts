import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { appEvent } from '../events.ts'
import { call } from '../nouns/activity.ts'
import { appearance } from '../nouns/appearance.ts'
import { ref } from '../nouns/common.ts'
import { discoveredServer, discoveredStatus } from '../nouns/discovery.ts'
import { finding, readiness } from '../nouns/health.ts'
import { profile } from '../nouns/profile.ts'
import { systemInfo, systemUsage } from '../nouns/system.ts'
import { changedTools } from '../nouns/tool.ts'
import { operation } from './base.ts'

export const settings = {
  getDefaultProfile: operation('profiles.read')
    .route({ method: 'GET', path: '/settings/default-gateway-profile', tags: ['settings'] })
    .output(profile),
  setDefaultProfile: operation('admin.system_config')
    .route({ method: 'PUT', path: '/settings/default-gateway-profile', tags: ['settings'] })
    .input(z.strictObject({ profile: ref }))
    .output(profile),
  getChangedTools: operation('servers.read')
    .route({ method: 'GET', path: '/settings/changed-tools', tags: ['settings'] })
    .output(z.object({ changedTools })),
  setChangedTools: operation('admin.system_config')
    .route({ method: 'PUT', path: '/settings/changed-tools', tags: ['settings'] })
    .input(z.strictObject({ changedTools }))
    .output(z.object({ changedTools })),
  getAppearance: operation('servers.read')
    .route({ method: 'GET', path: '/settings/appearance', tags: ['settings'] })
    .output(appearance),
  updateAppearance: operation('admin.system_config')
    .route({ method: 'PATCH', path: '/settings/appearance', tags: ['settings'] })
    .input(appearance.partial())
    .output(appearance),
}

export const discovery = {
  servers: operation('tools.read')
    .route({ method: 'GET', path: '/mcp/servers', tags: ['discovery'] })
    .output(z.object({ status: z.literal('success'), data: z.array(discoveredServer), total: z.int() })),
  server: operation('tools.read')
    .route({ method: 'GET', path: '/mcp/servers/{server}', tags: ['discovery'] })
    .input(z.strictObject({ server: ref }))
    .output(z.object({ status: z.literal('success'), data: discoveredServer })),
  status: operation('tools.read')
    .route({ method: 'GET', path: '/mcp/servers/{server}/status', tags: ['discovery'] })
    .input(z.strictObject({ server: ref }))
    .output(z.object({ status: z.literal('success'), data: discoveredStatus })),
}

export const activity = {
  /** The newest calls first, as many as are kept in memory. */
  recent: operation('logs.read')
    .route({ method: 'GET', path: '/activity', tags: ['activity'] })
    .output(z.array(call)),
}

export const health = {
  ready: operation('servers.read').output(readiness),
  doctor: operation('owner').output(z.array(finding)),
}

export const events = {
  /** Everything that happens from now on. The view is updated by this alone; nothing polls. */
  subscribe: operation('owner').output(eventIterator(appEvent)),
}

export const system = {
  info: operation('servers.read')
    .route({ method: 'GET', path: '/system', tags: ['system'] })
    .output(systemInfo),
  /** Measured when it is asked for. */
  usage: operation('servers.read')
    .route({ method: 'GET', path: '/system/usage', tags: ['system'] })
    .output(systemUsage),
}
