import { z } from 'zod'
import { ref, version } from '../nouns/common.ts'
import { apiKeyInput } from '../nouns/secret.ts'
import {
  CREATABLE_TYPES,
  externalConfig,
  remoteHttpConfig,
  remoteSseConfig,
  server,
  serverName,
  serverStatus,
  tool,
} from '../nouns/server.ts'
import { operation } from './base.ts'

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
        timeoutMs: timeoutMs.optional(),
        type: z.string().optional().describe('Immutable: refused when it differs'),
        endpoint: z.string().optional().describe('Immutable: refused when it differs'),
        version: version.optional(),
      }),
    )
    .output(server),
  delete: operation('servers.delete')
    .route({ method: 'DELETE', path: '/mcp-servers/{server}', tags: ['servers'] })
    .input(z.strictObject({ server: ref }))
    .output(z.object({ profileIds: z.array(z.uuid()).describe('Profiles that lost it') })),
  status: operation('servers.read')
    .route({ method: 'GET', path: '/mcp-servers/{server}/status', tags: ['servers'] })
    .input(z.strictObject({ server: ref }))
    .output(serverStatus),
  tools: operation('servers.read')
    .route({ method: 'GET', path: '/mcp-servers/{server}/tools', tags: ['servers'] })
    .input(z.strictObject({ server: ref }))
    .output(z.array(tool)),
  /**
   * Consent to what the server runs. `version` is the one that the person saw: a change in between is a CONFLICT, so
   * that nobody agrees to what was not shown. It has no REST address: it starts a program.
   */
  approve: operation('owner')
    .input(z.strictObject({ server: ref, version }))
    .output(server),
  /** Starts it anew and lists its tools again. */
  restart: operation('servers.update')
    .route({ method: 'POST', path: '/mcp-servers/{server}/restart', tags: ['servers'] })
    .input(z.strictObject({ server: ref }))
    .output(serverStatus),
}

/** The schema of a server's `config`, by type. */
export const configSchemas = { external: externalConfig, remote_http: remoteHttpConfig, remote_sse: remoteSseConfig }
