import type { ToolNaming } from '@local-mcp/contract'
import type { ServerId } from '@local-mcp/kernel'
import type { ListedTool } from '../upstream/tool-list.ts'
import { splice } from '../wire/frame.ts'
import { nameTools } from './tool-names.ts'

export interface CatalogServer {
  readonly id: ServerId
  readonly slug: string
  readonly tools: readonly ListedTool[]
}

/** Where a call goes. */
export interface ToolRoute {
  readonly serverId: ServerId
  /** The server's own name of the tool. */
  readonly toolName: string
  /** The same as JSON, ready to be put into a frame; null where it is what the client said. */
  readonly rename: Buffer | null
}

/** What one endpoint offers: the answer to tools/list, written once, and where each name leads. */
export interface Catalog {
  /** The JSON of the result of tools/list. */
  readonly toolsResult: Buffer
  readonly toolNames: readonly string[]
  /** Own names of tools that share their name and are hidden for it. */
  readonly hidden: readonly string[]
  route(name: string): ToolRoute | undefined
}

/** Merges the tools of the servers, in their order. Of each tool only the name is rewritten, and only where it must be. */
export function buildCatalog(naming: ToolNaming, servers: readonly CatalogServer[]): Catalog {
  const routes = new Map<string, ToolRoute>()
  const bare = new Map<string, ToolRoute | null>()
  const parts: Buffer[] = []
  const hidden: string[] = []
  const named = nameTools(
    naming,
    servers.map(({ slug, tools }) => ({ slug, toolNames: tools.map(({ name }) => name) })),
  )
  for (const { server, tool, exposed } of named) {
    const owner = servers[server] as CatalogServer
    const listed = owner.tools[tool] as ListedTool
    if (exposed === null) {
      hidden.push(listed.name)
      continue
    }
    const renamed = exposed !== listed.name
    parts.push(renamed ? splice(listed.bytes, [{ span: listed.nameSpan, bytes: Buffer.from(JSON.stringify(exposed)) }]) : listed.bytes)
    const own = Buffer.from(JSON.stringify(listed.name))
    routes.set(exposed, { serverId: owner.id, toolName: listed.name, rename: renamed ? own : null })
    bare.set(listed.name, bare.has(listed.name) ? null : { serverId: owner.id, toolName: listed.name, rename: null })
  }
  return {
    toolsResult: Buffer.concat([
      Buffer.from('{"tools":['),
      ...parts.flatMap((part, i) => (i === 0 ? [part] : [COMMA, part])),
      Buffer.from(']}'),
    ]),
    toolNames: [...routes.keys()],
    hidden,
    // A server's own name still leads to its tool where no other tool has it: apps embedded in results call by it.
    route: (name) => routes.get(name) ?? bare.get(name) ?? undefined,
  }
}

const COMMA = Buffer.from(',')
