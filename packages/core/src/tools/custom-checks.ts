import { AppError, type ServerId } from '@local-mcp/kernel'
import type { Upstreams } from '../gateway.ports.ts'
import type { LinkRecord, ProfileRecord, ServerRecord } from '../records.ts'
import type { StoreReader } from '../store.ports.ts'
import { droppedFields, type SchemaProblem, schemaProblem } from './input-schema.ts'
import type { ToolCustom } from './tool-rules.ts'

/** A tool of a link, as its server names it. */
export interface LinkedTool {
  readonly profile: ProfileRecord
  readonly server: ServerRecord
  readonly link: LinkRecord
  readonly tool: string
}

/** The other tool that clients of the profile know, or could know, by a name; null where it is free. */
export async function nameHolder(
  { links, toolChoices }: Pick<StoreReader, 'links' | 'toolChoices'>,
  upstreams: Pick<Upstreams, 'exposedNames'>,
  { profile, server, link, tool }: LinkedTool,
  name: string,
): Promise<string | null> {
  const isOther = (id: ServerId, own: string) => id !== server.id || own !== tool
  for (const [serverId, names] of upstreams.exposedNames(profile.slug)) {
    for (const [own, exposed] of names) if (exposed === name && isOther(serverId, own)) return own
  }
  // Also of tools that nobody sees at the moment.
  const stored = await toolChoices.ofLinks()
  for (const { id } of await links.listByProfile(profile.id)) {
    for (const [own, custom] of stored.get(id)?.custom ?? []) {
      if (custom.name === name && (id !== link.id || own !== tool)) return own
    }
  }
  return null
}

export const nameTaken = (profile: ProfileRecord, name: string, by: string) =>
  new AppError('NAME_EXISTS', `Clients of "${profile.name}" know another tool as "${name}": ${by}`, {
    fields: [{ path: ['name'], message: 'Taken' }],
  })

/** Why a schema cannot stand in place of the server's; null where it can. Paths begin with the field. */
export async function customSchemaProblem(original: unknown, schema: object): Promise<SchemaProblem | null> {
  const problem = await schemaProblem(schema)
  if (problem) return { path: ['inputSchema', ...problem.path], message: problem.message }
  const dropped = droppedFields(original, schema)
  if (dropped.length === 0) return null
  return { path: ['inputSchema'], message: `The server requires ${dropped.join(', ')}: keep them in properties and in required` }
}

/** Why what somebody chose no longer fits what the server lists; a schema may have got another required field. */
export function customProblem(custom: ToolCustom, original: unknown): string | null {
  const dropped = custom.inputSchema ? droppedFields(original, custom.inputSchema) : []
  return dropped.length > 0 ? `The server requires ${dropped.join(', ')}` : null
}
