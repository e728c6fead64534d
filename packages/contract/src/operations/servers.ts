import { z } from 'zod'
import { MAX_SNIPPET } from '../limits.ts'
import { ref, version } from '../nouns/common.ts'
import { preset, snippet } from '../nouns/draft.ts'
import { apiKeyInput } from '../nouns/secret.ts'
import {
  CREATABLE_TYPES,
  deletedServer,
  externalConfig,
  remoteHttpConfig,
  remoteSseConfig,
  server,
  serverLog,
  serverMoment,
  serverName,
  serverRefresh,
  serverSettings,
  serverStatus,
} from '../nouns/server.ts'
import { flag, operation, queryFlag } from './base.ts'
import { serverTools } from './tools.ts'

const sourceIds = z.array(z.uuid()).max(100).describe('Sources whose values it may refer to, as {{source:name.key}}')
const timeoutMs = z.int().min(1000).max(300_000)

export const servers = {
  list: operation('servers.read')
    .route({ method: 'GET', path: '/mcp-servers', tags: ['servers'] })
    .output(z.array(server)),
  get: operation('servers.read')
    .route({ method: 'GET', path: '/mcp-servers/{server}', tags: ['servers'] })
    .input(z.strictObject({ server: ref }))
    .output(server),
  create: operation('servers.create')
    .route({ method: 'POST', path: '/mcp-servers', successStatus: 201, tags: ['servers'] })
    .input(
      z.strictObject({
        name: serverName,
        type: z.string().describe(CREATABLE_TYPES.join(', ')),
        config: z.record(z.string(), z.unknown()).describe('By type, see the schemas of the type'),
        apiKey: apiKeyInput.optional().describe('For a URL: the key that is sent with every request'),
        timeoutMs: timeoutMs.optional(),
        keepAlive: z.boolean().optional(),
        sourceIds: sourceIds.optional(),
        presetId: ref.optional().describe('The preset that it was filled in from'),
        profiles: z.array(ref).max(100).optional().describe('Profiles to link it to at once'),
      }),
    )
    .output(server),
  update: operation('servers.update')
    .route({ method: 'PUT', path: '/mcp-servers/{server}', tags: ['servers'] })
    .input(
      z.strictObject({
        server: ref,
        name: serverName.optional(),
        config: z.record(z.string(), z.unknown()).optional(),
        apiKey: apiKeyInput.nullable().optional().describe('Null: none any more'),
        enabled: z.boolean().optional(),
        sourceIds: sourceIds.optional(),
        timeoutMs: timeoutMs.optional(),
        keepAlive: z.boolean().optional(),
        type: z.string().optional().describe('Immutable: refused when it differs'),
        endpoint: z.string().optional().describe('Immutable: refused when it differs'),
        version: version.optional(),
      }),
    )
    .output(server),
  delete: operation('servers.delete')
    .route({
      method: 'DELETE',
      path: '/mcp-servers/{server}',
      tags: ['servers'],
      spec: queryFlag('ifUnused', 'Refuse where a profile has the server'),
    })
    .input(z.strictObject({ server: ref, ifUnused: flag.optional() }))
    .output(z.object({ profileIds: z.array(z.uuid()).describe('Profiles that lost it') })),
  deleted: operation('servers.read')
    .route({ method: 'GET', path: '/deleted-mcp-servers', tags: ['servers'] })
    .output(z.array(deletedServer)),
  /** Brings it back as it was: id, endpoint, profiles, tokens, and the consent to what it runs. */
  restore: operation('servers.create')
    .route({ method: 'POST', path: '/mcp-servers/{server}/restore', tags: ['servers'] })
    .input(z.strictObject({ server: ref, newName: serverName.optional().describe('Where another server has its name by now') }))
    .output(server),
  /** Ends a deleted server for good and frees its endpoint. It cannot be taken back. */
  purge: operation('servers.delete')
    .route({ method: 'POST', path: '/mcp-servers/{server}/purge', successStatus: 204, tags: ['servers'] })
    .input(z.strictObject({ server: ref }))
    .output(z.void()),
  setSources: operation('servers.update')
    .route({ method: 'PUT', path: '/mcp-servers/{server}/sources', tags: ['servers'] })
    .input(z.strictObject({ server: ref, sourceIds }))
    .output(server),
  addSource: operation('servers.update')
    .route({ method: 'PUT', path: '/mcp-servers/{server}/sources/{source}', tags: ['servers'] })
    .input(z.strictObject({ server: ref, source: z.uuid() }))
    .output(server),
  removeSource: operation('servers.update')
    .route({ method: 'DELETE', path: '/mcp-servers/{server}/sources/{source}', tags: ['servers'] })
    .input(z.strictObject({ server: ref, source: z.uuid() }))
    .output(server),
  status: operation('servers.read')
    .route({ method: 'GET', path: '/mcp-servers/{server}/status', tags: ['servers'] })
    .input(z.strictObject({ server: ref }))
    .output(serverStatus),
  ...serverTools,
  /** Which program its command means now, and which was agreed to. Starts nothing of the server. */
  program: operation('owner')
    .input(z.strictObject({ server: ref }))
    .output(
      z.object({
        path: z.string().nullable().describe('Absolute path; null where it is not found, and for a URL'),
        agreed: z.string().nullable().describe('The path that was agreed to last'),
      }),
    ),
  /**
   * Consent to what the server runs. `version` is the one that the person saw: a change in between is a CONFLICT, so
   * that nobody agrees to what was not shown; so is another `program` than the one that was shown. It has no REST address: it starts a program.
   */
  approve: operation('owner')
    .input(z.strictObject({ server: ref, version, program: z.string().nullable().optional() }))
    .output(server),
  /**
   * Reads a command, a link or a piece of configuration as one or many servers. The answer fills forms: nothing is
   * stored, run or contacted.
   */
  readSnippet: operation('servers.create')
    .route({ method: 'POST', path: '/mcp-servers/read-snippet', tags: ['servers'] })
    .input(z.strictObject({ text: z.string().max(MAX_SNIPPET) }))
    .output(snippet),
  /** Starts it anew and lists its tools again. */
  restart: operation('servers.update')
    .route({ method: 'POST', path: '/mcp-servers/{server}/restart', tags: ['servers'] })
    .input(z.strictObject({ server: ref }))
    .output(serverStatus),
  /** Connects anew, lists everything again, and says what is not as it was. AUTH_REQUIRED where the server wants a sign-in. */
  refresh: operation('servers.update')
    .route({ method: 'POST', path: '/mcp-servers/{server}/refresh', tags: ['servers'] })
    .input(z.strictObject({ server: ref }))
    .output(serverRefresh),
  /** What the server wrote beside the protocol, the oldest first. */
  logs: operation('servers.read')
    .route({ method: 'GET', path: '/mcp-servers/{server}/logs', tags: ['servers'] })
    .input(z.strictObject({ server: ref }))
    .output(serverLog),
  /** Its states of the last days, the newest first, 200 at most. Kept across restarts of the gateway. */
  history: operation('servers.read')
    .route({ method: 'GET', path: '/mcp-servers/{server}/history', tags: ['servers'] })
    .input(z.strictObject({ server: ref }))
    .output(z.array(serverMoment)),
  getSettings: operation('servers.read')
    .route({ method: 'GET', path: '/settings/servers', tags: ['settings'] })
    .output(serverSettings),
  updateSettings: operation('admin.system_config')
    .route({ method: 'PATCH', path: '/settings/servers', tags: ['settings'] })
    .input(serverSettings.partial())
    .output(serverSettings),
}

export const presets = {
  list: operation('servers.read')
    .route({ method: 'GET', path: '/presets', tags: ['servers'] })
    .input(z.strictObject({ search: z.string().max(200).optional().describe('Words that title or purpose have') }).optional())
    .output(z.array(preset)),
  get: operation('servers.read')
    .route({ method: 'GET', path: '/presets/{preset}', tags: ['servers'] })
    .input(z.strictObject({ preset: ref }))
    .output(preset),
}

/** The schema of a server's `config`, by type. */
export const configSchemas = { external: externalConfig, remote_http: remoteHttpConfig, remote_sse: remoteSseConfig }
