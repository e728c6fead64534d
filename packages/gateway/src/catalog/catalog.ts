import type { ToolHiding, ToolNaming } from '@local-mcp/contract'
import { allows, type ToolChoices, type ToolCustom } from '@local-mcp/core'
import type { ServerId } from '@local-mcp/kernel'
import { type HeaderParam, headerParams } from '../protocol/headers.ts'
import type { Era } from '../protocol/revisions.ts'
import { type ItemKind, LISTS, type ListedItem, type Offer } from '../upstream/listing.ts'
import { parseSpan, splice, stringOf } from '../wire/frame.ts'
import { editObject, membersOf } from '../wire/json-edit.ts'
import { customizeItem } from './customize-item.ts'
import { legalName, type NamedTool, nameTools } from './tool-names.ts'
import { matchesTemplate } from './uri-template.ts'

export interface CatalogServer {
  readonly id: ServerId
  readonly slug: string
  readonly offer: Offer
  /** What it speaks; a server that was never connected counts as legacy. */
  readonly era: Era
  /** Its tools' arguments are repeated in headers. */
  readonly overHttp: boolean
  /** Who has to let a tool through: the server, then the profile's link to it. */
  readonly choices: readonly ToolChoices[]
  /** Whether an item is kept back until somebody has looked at it. */
  readonly isWithheld: (kind: ItemKind, item: ListedItem) => boolean
}

/** Where a request for a tool or a prompt goes. */
export interface Route {
  readonly serverId: ServerId
  /** The server's own name of it. */
  readonly name: string
  /** The same as JSON, ready to be put into a frame; null where it is what the client said. */
  readonly rename: Buffer | null
  /** Arguments that the server wants repeated in headers. */
  readonly headerParams: readonly HeaderParam[]
  /** Arguments that the schema which clients see wants repeated in headers. */
  readonly shownParams: readonly HeaderParam[]
}

/** What clients call a tool. */
export interface NamedItem {
  readonly serverId: ServerId
  readonly own: string
  readonly name: string
}

/** What became of a tool that a server lists. */
export interface CatalogOutcome {
  readonly serverId: ServerId
  readonly own: string
  /** What it would be called if no other tool were there and nothing were prefixed. */
  readonly plain: string
  /** Null where clients do not see it. */
  readonly name: string | null
  readonly hidden: ToolHiding | null
  /** What clients read of it, or would, were it not hidden. */
  readonly bytes: Buffer
}

/** What one endpoint offers: the answers to the list requests, written once, and where each name leads. */
export interface Catalog {
  /** JSON of the result of a list request. */
  list(kind: ItemKind, era: Era): Buffer
  route(kind: 'tool' | 'prompt', name: string): Route | undefined
  /** The servers that may have a resource, the likeliest first; none where nobody lists it or a template for it. */
  ownersOf(uri: string): readonly ServerId[]
  readonly tools: readonly NamedItem[]
  /** Every tool that the servers list, in their order. Made anew each time: nothing on the way of a call needs it. */
  outcomes(): CatalogOutcome[]
  /** Own names of tools that share their name and are hidden for it. */
  readonly hidden: readonly string[]
  /** Tools and prompts that are kept back; their names are nobody else's meanwhile. */
  readonly withheld: Readonly<Record<'tool' | 'prompt', readonly NamedItem[]>>
}

interface Exposed {
  readonly server: CatalogServer
  readonly item: ListedItem
  readonly bytes: Buffer
}

const COMMA = Buffer.from(',')
const NO_PARAMS: readonly HeaderParam[] = []

/**
 * Merges what the servers offer, in their order. Of each tool and prompt only the name is rewritten, and only where it
 * must be, but for what somebody chose to say in its place; a resource is its URI, so of two that share it the first is
 * offered.
 *
 * @param modernTail members that modern results have beside the list, as JSON text that begins with a comma
 */
export function buildCatalog(naming: ToolNaming, servers: readonly CatalogServer[], modernTail = ''): Catalog {
  const hidden: string[] = []
  const params = new Map<ListedItem, readonly HeaderParam[]>()
  const usable = servers.map((server) => ({
    ...server,
    offer: {
      ...server.offer,
      tool: server.offer.tool.filter((tool) => server.choices.every((choices) => allows(choices, tool.key)) && accept(server, tool)),
    },
  }))
  const tools = named('tool')
  const prompts = named('prompt')
  const exposed: Record<ItemKind, readonly Exposed[]> = {
    tool: tools.exposed,
    prompt: prompts.exposed,
    resource: firstOf('resource'),
    template: firstOf('template'),
  }
  const routes = { tool: tools, prompt: prompts }
  const lists = new Map<string, Buffer>()

  /** Over HTTP a tool whose header annotations are not valid must not be offered (MCP, request metadata). */
  function accept({ overHttp, era }: CatalogServer, tool: ListedItem): boolean {
    if (!tool.bytes.includes('"x-mcp-header"')) return true
    const { inputSchema } = JSON.parse(tool.bytes.toString('utf8')) as { inputSchema?: unknown }
    const found = headerParams(inputSchema)
    if (found) params.set(tool, found)
    return found !== null || !(overHttp && era === 'modern')
  }

  function named(kind: 'tool' | 'prompt') {
    const byName = new Map<string, Route>()
    const bare = new Map<string, Route | null>()
    const shown: Exposed[] = []
    const names = new Map<ListedItem, NamedTool>()
    const named: NamedItem[] = []
    const withheld: NamedItem[] = []
    const given = nameTools(
      naming,
      usable.map((server) => ({
        slug: server.slug,
        toolNames: server.offer[kind].map(({ key }) => key),
        customNames: new Map(kind === 'tool' ? server.offer.tool.flatMap(({ key }) => nameFor(key, customOf(server, key))) : []),
      })),
    )
    for (const one of given) {
      const { server: s, tool: t, exposed: name } = one
      const server = usable[s] as CatalogServer
      const item = server.offer[kind][t] as ListedItem
      names.set(item, one)
      if (name === null) {
        if (kind === 'tool') hidden.push(item.key)
        continue
      }
      if (server.isWithheld(kind, item)) {
        withheld.push({ serverId: server.id, own: item.key, name })
        // It is still there, so a call by its own name is for nobody else.
        bare.set(item.key, null)
        continue
      }
      const custom = kind === 'tool' ? customOf(server, item.key) : undefined
      const said = custom ? customizeItem(item, custom) : item
      const renamed = name !== item.key
      shown.push({
        server,
        item,
        bytes: renamed ? splice(said.bytes, [{ span: said.keySpan, bytes: Buffer.from(JSON.stringify(name)) }]) : said.bytes,
      })
      named.push({ serverId: server.id, own: item.key, name })
      const headers = params.get(item) ?? NO_PARAMS
      const shownParams = custom?.inputSchema ? (headerParams(custom.inputSchema) ?? NO_PARAMS) : headers
      const route = { serverId: server.id, name: item.key, headerParams: headers, shownParams }
      byName.set(name, { ...route, rename: renamed ? Buffer.from(JSON.stringify(item.key)) : null })
      bare.set(item.key, bare.has(item.key) ? null : { ...route, rename: null })
    }
    return { byName, bare, exposed: shown, named, withheld, names }
  }

  function outcomes(): CatalogOutcome[] {
    const shown = new Map(tools.exposed.map(({ item, bytes }) => [item, bytes]))
    return servers.flatMap((server) =>
      server.offer.tool.map((item) => {
        const custom = customOf(server, item.key)
        const given = tools.names.get(item)
        const bytes = shown.get(item)
        return {
          serverId: server.id,
          own: item.key,
          plain: given?.plain ?? legalName(custom?.name ?? item.key),
          name: bytes ? (given?.exposed ?? null) : null,
          hidden: bytes ? null : hidingOf(server, item, given),
          bytes: bytes ?? (custom ? customizeItem(item, custom).bytes : item.bytes),
        }
      }),
    )
  }

  function firstOf(kind: 'resource' | 'template'): Exposed[] {
    const seen = new Set<string>()
    return usable.flatMap((server) =>
      server.offer[kind].flatMap((item) => {
        if (seen.has(item.key)) return []
        seen.add(item.key)
        return [{ server, item, bytes: item.bytes }]
      }),
    )
  }

  function list(kind: ItemKind, era: Era): Buffer {
    const key = `${kind} ${era}`
    const written = lists.get(key)
    if (written) return written
    const items = exposed[kind].map(({ server, bytes }) =>
      kind === 'tool' && era === 'legacy' && server.era === 'modern' ? withObjectOutput(bytes) : bytes,
    )
    const modern = era === 'modern'
    const result = Buffer.concat([
      Buffer.from(`{${modern ? '"resultType":"complete",' : ''}"${LISTS[kind].member}":[`),
      ...items.flatMap((part, i) => (i === 0 ? [part] : [COMMA, part])),
      Buffer.from(`]${modern ? modernTail : ''}}`),
    ])
    lists.set(key, result)
    return result
  }

  const byUri = new Map(exposed.resource.map(({ item, server }) => [item.key, server.id]))
  return {
    list,
    // A server's own name still leads to its tool where no other tool has it: apps embedded in results call by it.
    route: (kind, name) => routes[kind].byName.get(name) ?? routes[kind].bare.get(name) ?? undefined,
    ownersOf(uri) {
      const owner = byUri.get(uri)
      if (owner) return [owner]
      const fitting = exposed.template
        .filter(({ item }) => item.key === uri || matchesTemplate(item.key, uri))
        .map(({ server }) => server.id)
      return [...new Set(fitting)]
    },
    tools: tools.named,
    outcomes,
    hidden,
    withheld: { tool: tools.withheld, prompt: prompts.withheld },
  }
}

/** @param given absent for a tool that was no candidate for a name */
function hidingOf({ choices: [atServer, atLink] }: CatalogServer, { key }: ListedItem, given: NamedTool | undefined): ToolHiding {
  if (given) return given.exposed === null ? 'name_clash' : 'kept_back'
  if (atServer && !allows(atServer, key)) return 'off_at_server'
  return atLink && !allows(atLink, key) ? 'off_here' : 'unusable'
}

const customOf = ({ choices }: CatalogServer, tool: string): ToolCustom | undefined =>
  choices.map(({ custom }) => custom.get(tool)).find((custom) => custom !== undefined)

const nameFor = (own: string, custom: ToolCustom | undefined): [string, string][] => (custom?.name ? [[own, custom.name]] : [])

/** Legacy clients take only objects as structured content, so what is something else is announced as a member of one. */
function withObjectOutput(tool: Buffer): Buffer {
  const whole = { start: 0, end: tool.length }
  const span = membersOf(tool, whole).get('outputSchema')
  if (!span || stringOf(tool, membersOf(tool, span).get('type') ?? null) === 'object') return tool
  const wrapped = { type: 'object', properties: { result: parseSpan(tool, span) }, required: ['result'] }
  return editObject(tool, whole, { set: { outputSchema: Buffer.from(JSON.stringify(wrapped)) } })
}
