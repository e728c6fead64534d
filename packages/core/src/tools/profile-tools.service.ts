import { type ProfilePrompt, type ProfileTool, type ProfileTools, type PromptFormat, type ToolCheck, tokensOf } from '@local-mcp/contract'
import { AppError, type ServerId } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { findLink, findProfile, findServer } from '../find.ts'
import type { ListedTool, ToolOutcome } from '../gateway.ports.ts'
import { profilePrompt } from '../profiles/profile-prompt.ts'
import type { LinkRecord } from '../records.ts'
import { customProblem, customSchemaProblem, nameHolder } from './custom-checks.ts'
import { rivalsOf } from './rivals.ts'
import type { ToolCustomization } from './tool.service.ts'
import { allows, choicesOf, NOT_CUSTOM, type ToolCustom } from './tool-rules.ts'

const tokens = (definition: string) => tokensOf(Buffer.byteLength(definition))
const textOf = (value: unknown) => (typeof value === 'string' ? value : null)
const parse = (definition: string) => JSON.parse(definition) as Record<string, unknown>

/** What the tools of a profile are to its clients. All of it is read off the catalogue that they are served from. */
export function createProfileToolService({ store, routing, upstreams }: Pick<ServiceDependencies, 'store' | 'routing' | 'upstreams'>) {
  /** A server that is switched off, here or everywhere, is in no catalogue; what it listed last is still known. */
  function outcomesOf(link: LinkRecord, served: readonly ToolOutcome[], listed: readonly ListedTool[] | null): readonly ToolOutcome[] {
    const mine = served.filter(({ serverId }) => serverId === link.serverId)
    if (mine.length > 0 || !listed) return mine
    const hidden = link.isActive ? 'server_off' : 'link_off'
    return listed.map(({ name, definition }) => ({
      serverId: link.serverId,
      own: name,
      plain: name,
      name: null,
      hidden,
      definition,
    }))
  }

  async function effectiveTools(context: Context, ref: string): Promise<ProfileTools> {
    const profile = await findProfile(store.read, context, ref)
    const [links, stored] = await Promise.all([store.read.links.listByProfile(profile.id), store.read.toolChoices.ofLinks()])
    const served = upstreams.profileTools(profile.slug)
    const rivals = rivalsOf(served, profile.toolNaming)
    const tools: ProfileTool[] = []
    const servers: ProfileTools['servers'] = []
    for (const link of links) {
      const listed = upstreams.tools(link.serverId)
      if (!listed && link.isActive && routing.current().servers.get(link.serverId)?.enabled) upstreams.warm(link.serverId)
      const known = new Map(listed?.map((tool) => [tool.name, tool]))
      const choices = choicesOf(link.toolPolicy, stored.get(link.id))
      const mine = outcomesOf(link, served, listed).map((outcome): ProfileTool => {
        const { title, description } = parse(outcome.definition)
        const custom = choices.custom.get(outcome.own)
        const original = known.get(outcome.own)
        return {
          serverId: link.serverId,
          name: outcome.own,
          exposedName: outcome.name,
          hidden: outcome.hidden,
          rivalId: rivals.get(outcome) ?? null,
          title: textOf(title),
          description: textOf(description),
          enabledHere: allows(choices, outcome.own),
          custom: custom !== undefined,
          problem: custom?.inputSchema && original ? customProblem(custom, parse(original.definition).inputSchema) : null,
          changed: original?.changed ?? false,
          tokens: tokens(outcome.definition),
        }
      })
      const seen = mine.filter(({ hidden }) => hidden === null)
      tools.push(...mine)
      servers.push({ serverId: link.serverId, listed: listed !== null, tools: seen.length, tokens: sum(seen) })
    }
    return { tools, servers, total: { tools: servers.reduce((all, one) => all + one.tools, 0), tokens: sum(servers) } }
  }

  return {
    /** @throws AppError PROFILE_NOT_FOUND */
    effectiveTools,

    /**
     * Whether `customize` would take it, and what clients would then see. Changes nothing.
     *
     * @throws AppError PROFILE_NOT_FOUND, SERVER_NOT_FOUND, SERVER_NOT_IN_PROFILE, TOOL_NOT_FOUND
     */
    async check(context: Context, profileRef: string, serverRef: string, tool: string, wanted: ToolCustomization): Promise<ToolCheck> {
      const profile = await findProfile(store.read, context, profileRef)
      const server = await findServer(store.read, context, serverRef)
      const link = await findLink(store.read, profile, server)
      const listed = upstreams.tools(server.id)?.find(({ name }) => name === tool)
      if (!listed) throw new AppError('TOOL_NOT_FOUND', `"${server.name}" has no tool "${tool}"`, { data: { tool } })
      const before = choicesOf(link.toolPolicy, (await store.read.toolChoices.ofLinks()).get(link.id)).custom.get(tool) ?? NOT_CUSTOM
      const custom: ToolCustom = {
        name: wanted.name === undefined ? before.name : wanted.name,
        description: wanted.description === undefined ? before.description : wanted.description,
        inputSchema: wanted.inputSchema === undefined ? before.inputSchema : wanted.inputSchema,
      }
      const problems: ToolCheck['problems'] = []
      if (custom.name !== null && custom.name !== before.name) {
        const holder = await nameHolder(store.read, upstreams, { profile, server, link, tool }, custom.name)
        if (holder !== null) problems.push({ path: ['name'], message: `Clients know another tool by this name: ${holder}` })
      }
      const original = parse(listed.definition)
      const badSchema = custom.inputSchema && (await customSchemaProblem(original.inputSchema, custom.inputSchema))
      if (badSchema) problems.push({ path: [...badSchema.path], message: badSchema.message })
      const outcome = upstreams.previewTool(profile.slug, server.id, tool, custom)
      return {
        exposedName: outcome?.name ?? null,
        tokensOriginal: tokens(listed.definition),
        tokens: tokens(outcome?.definition ?? JSON.stringify({ ...original, ...given(custom) })),
        problems,
      }
    },

    /** @throws AppError PROFILE_NOT_FOUND */
    async prompt(context: Context, ref: string, format: PromptFormat): Promise<ProfilePrompt> {
      const profile = await findProfile(store.read, context, ref)
      const offered = upstreams.profileTools(profile.slug).filter(({ name }) => name !== null)
      const nameOf = (id: ServerId) => routing.current().servers.get(id)?.name ?? ''
      const tools = offered.map(({ serverId, name, definition }) => {
        const { description, inputSchema } = parse(definition)
        return { server: nameOf(serverId), name: name ?? '', description: textOf(description) ?? '', inputSchema }
      })
      const text = profilePrompt(format, { name: profile.name, description: profile.description, tools })
      return { format, text, tools: tools.length, tokens: tokens(text) }
    },
  }
}

export type ProfileToolService = ReturnType<typeof createProfileToolService>

const sum = (costs: readonly { readonly tokens: number }[]) => costs.reduce((all, one) => all + one.tokens, 0)
const given = (custom: ToolCustom) => Object.fromEntries(Object.entries(custom).filter(([, value]) => value !== null))
