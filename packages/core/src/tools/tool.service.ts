import { type ChangedTools, type LinkTools, type Tool, type ToolChange, type ToolPolicy, tokensOf } from '@local-mcp/contract'
import { AppError, type ServerId } from '@local-mcp/kernel'
import type { Context } from '../context.ts'
import type { ServiceDependencies } from '../dependencies.ts'
import { findLink, findProfile, findServer } from '../find.ts'
import type { ListedTool } from '../gateway.ports.ts'
import type { LinkRecord, PinRecord, ProfileRecord, ServerRecord } from '../records.ts'
import { CHANGED_TOOLS_SETTING } from '../settings.ts'
import type { StoreReader } from '../store.ports.ts'
import { customProblem, customSchemaProblem, nameHolder, nameTaken } from './custom-checks.ts'
import { definitionText } from './definition.ts'
import { allows, choicesOf, NOT_CUSTOM, type ToolChoices } from './tool-rules.ts'

export interface ToolSwitches {
  readonly policy?: ToolPolicy | undefined
  readonly enable?: readonly string[] | undefined
  readonly disable?: readonly string[] | undefined
}

export interface ToolCustomization {
  readonly name?: string | null | undefined
  readonly description?: string | null | undefined
  readonly inputSchema?: object | null | undefined
}

const invalid = (field: string, message: string) => new AppError('VALIDATION_ERROR', message, { fields: [{ path: [field], message }] })

function parse({ definition }: ListedTool): Record<string, unknown> {
  return JSON.parse(definition) as Record<string, unknown>
}

/** Which tools of which server somebody sees, as what, and whether they are what was accepted. */
export function createToolService({ store, events, clock, routing, upstreams }: ServiceDependencies) {
  /** What the server listed last; starts it if it was never listed. */
  function listed(id: ServerId): readonly ListedTool[] {
    const known = upstreams.tools(id)
    if (!known) upstreams.warm(id)
    return known ?? []
  }

  function describe(tool: ListedTool, choices: ToolChoices | undefined): Tool {
    const { title, description, inputSchema } = parse(tool)
    const text = (value: unknown) => (typeof value === 'string' ? value : null)
    return {
      name: tool.name,
      title: text(title),
      description: text(description),
      inputSchema: inputSchema ?? null,
      tokens: tokensOf(Buffer.byteLength(tool.definition)),
      enabled: choices ? allows(choices, tool.name) : false,
      changed: tool.changed,
      withheld: tool.changed && routing.current().changedTools === 'block',
    }
  }

  const ofServer = ({ id }: ServerRecord): Tool[] => listed(id).map((tool) => describe(tool, routing.current().toolChoices.get(id)))

  async function ofLink(profile: ProfileRecord, server: ServerRecord, link: LinkRecord): Promise<LinkTools> {
    const stored = (await store.read.toolChoices.ofLinks()).get(link.id)
    const choices = choicesOf(link.toolPolicy, stored)
    const names = upstreams.exposedNames(profile.slug).get(server.id)
    const tools = listed(server.id).map((one) => {
      const tool = describe(one, routing.current().toolChoices.get(server.id))
      const custom = choices.custom.get(tool.name)
      return {
        ...tool,
        enabledHere: allows(choices, tool.name),
        exposedName: names?.get(tool.name) ?? null,
        custom: custom
          ? {
              ...custom,
              inputSchema: custom.inputSchema as Record<string, unknown> | null,
              problem: customProblem(custom, tool.inputSchema),
            }
          : null,
      }
    })
    return { toolPolicy: link.toolPolicy, tools }
  }

  async function findAll(
    reader: Pick<StoreReader, 'links' | 'profiles' | 'servers'>,
    context: Context,
    profileRef: string,
    serverRef: string,
  ) {
    const profile = await findProfile(reader, context, profileRef)
    const server = await findServer(reader, context, serverRef)
    return { profile, server, link: await findLink(reader, profile, server) }
  }

  function findTool(server: ServerRecord, name: string): ListedTool {
    const tool = listed(server.id).find((one) => one.name === name)
    if (!tool) throw new AppError('TOOL_NOT_FOUND', `"${server.name}" has no tool "${name}"`, { data: { tool: name } })
    return tool
  }

  function assertSwitches(server: ServerRecord, { enable = [], disable = [] }: ToolSwitches): void {
    const both = enable.find((name) => disable.includes(name))
    if (both !== undefined) throw invalid('disable', `"${both}" cannot be switched on and off at once`)
    for (const name of [...enable, ...disable]) findTool(server, name)
  }

  /** After a commit: new routes first, so that whoever hears of it sees them. */
  async function announce(id: ServerId): Promise<void> {
    await routing.refresh(id)
    events.emit({ type: 'server.tools.changed', serverId: id })
  }

  async function afterLink(context: Context, profileRef: string, serverRef: string): Promise<LinkTools> {
    const { profile, server, link } = await findAll(store.read, context, profileRef, serverRef)
    await announce(server.id)
    return ofLink(profile, server, link)
  }

  function toChange({ kind, name, change, hash, definition, acceptedDefinition }: PinRecord): ToolChange {
    const blocks = routing.current().changedTools === 'block'
    return {
      kind: kind as ToolChange['kind'],
      name,
      change,
      hash,
      before: change === 'added' || acceptedDefinition === null ? null : definitionText(acceptedDefinition),
      after: change === 'removed' ? null : definitionText(definition),
      withheld: blocks && change === 'modified',
    }
  }

  async function changesOf(id: ServerId): Promise<ToolChange[]> {
    return (await store.read.tools.changes(id)).map(toChange)
  }

  async function assertSchema(original: unknown, schema: object): Promise<void> {
    const problem = await customSchemaProblem(original, schema)
    if (problem) throw new AppError('VALIDATION_ERROR', problem.message, { fields: [{ ...problem, path: [...problem.path] }] })
  }

  return {
    async tools(context: Context, ref: string): Promise<Tool[]> {
      return ofServer(await findServer(store.read, context, ref))
    },

    /** @throws AppError SERVER_NOT_FOUND, TOOL_NOT_FOUND, VALIDATION_ERROR */
    async switchTools(context: Context, ref: string, switches: ToolSwitches): Promise<Tool[]> {
      const server = await store.transaction(async (tx) => {
        const record = await findServer(tx, context, ref)
        assertSwitches(record, switches)
        const now = clock.now()
        if (switches.policy && switches.policy !== record.toolPolicy)
          await tx.servers.update(record.id, { toolPolicy: switches.policy }, now)
        for (const name of switches.enable ?? []) await tx.toolChoices.switchAtServer(record.id, name, true, now)
        for (const name of switches.disable ?? []) await tx.toolChoices.switchAtServer(record.id, name, false, now)
        return record
      })
      await announce(server.id)
      return ofServer(server)
    },

    /** @throws AppError PROFILE_NOT_FOUND, SERVER_NOT_FOUND, SERVER_NOT_IN_PROFILE */
    async linkTools(context: Context, profileRef: string, serverRef: string): Promise<LinkTools> {
      const { profile, server, link } = await findAll(store.read, context, profileRef, serverRef)
      return ofLink(profile, server, link)
    },

    /** @throws AppError as `linkTools`, TOOL_NOT_FOUND, VALIDATION_ERROR */
    async switchLinkTools(context: Context, profileRef: string, serverRef: string, switches: ToolSwitches): Promise<LinkTools> {
      await store.transaction(async (tx) => {
        const { server, link } = await findAll(tx, context, profileRef, serverRef)
        assertSwitches(server, switches)
        const now = clock.now()
        if (switches.policy && switches.policy !== link.toolPolicy) await tx.links.setToolPolicy(link.id, switches.policy, now)
        for (const name of switches.enable ?? []) await tx.toolChoices.switchAtLink(link.id, name, true, now)
        for (const name of switches.disable ?? []) await tx.toolChoices.switchAtLink(link.id, name, false, now)
      })
      return afterLink(context, profileRef, serverRef)
    },

    /**
     * Lets the clients of one profile see another name, description or input schema than the server's. What they send is
     * passed on as it is, so the schema has to keep every field that the server requires.
     *
     * @throws AppError as `linkTools`, TOOL_NOT_FOUND, NAME_EXISTS, VALIDATION_ERROR
     */
    async customize(context: Context, profileRef: string, serverRef: string, name: string, wanted: ToolCustomization): Promise<LinkTools> {
      if (wanted.inputSchema) {
        const { server } = await findAll(store.read, context, profileRef, serverRef)
        await assertSchema(parse(findTool(server, name)).inputSchema, wanted.inputSchema)
      }
      await store.transaction(async (tx) => {
        const { profile, server, link } = await findAll(tx, context, profileRef, serverRef)
        findTool(server, name)
        const choices = choicesOf(link.toolPolicy, (await tx.toolChoices.ofLinks()).get(link.id))
        const before = choices.custom.get(name) ?? NOT_CUSTOM
        const custom = {
          name: wanted.name === undefined ? before.name : wanted.name,
          description: wanted.description === undefined ? before.description : wanted.description,
          inputSchema: wanted.inputSchema === undefined ? before.inputSchema : wanted.inputSchema,
        }
        if (custom.name !== null && custom.name !== before.name) {
          const holder = await nameHolder(tx, upstreams, { profile, server, link, tool: name }, custom.name)
          if (holder !== null) throw nameTaken(profile, custom.name, holder)
        }
        await tx.toolChoices.customize(link.id, name, custom, allows(choices, name), clock.now())
      })
      return afterLink(context, profileRef, serverRef)
    },

    /** @throws AppError as `linkTools`, TOOL_NOT_FOUND where there is nothing of that name to take back */
    async reset(context: Context, profileRef: string, serverRef: string, name: string): Promise<LinkTools> {
      await store.transaction(async (tx) => {
        const { server, link } = await findAll(tx, context, profileRef, serverRef)
        const choices = choicesOf(link.toolPolicy, (await tx.toolChoices.ofLinks()).get(link.id))
        // The server may no longer have the tool whose name is to be free again.
        if (!choices.custom.has(name)) findTool(server, name)
        else await tx.toolChoices.customize(link.id, name, NOT_CUSTOM, allows(choices, name), clock.now())
      })
      return afterLink(context, profileRef, serverRef)
    },

    async changes(context: Context, ref: string): Promise<ToolChange[]> {
      return changesOf((await findServer(store.read, context, ref)).id)
    },

    /** @throws AppError SERVER_NOT_FOUND, TOOL_NOT_FOUND, CONFLICT where something is not as it was when it was looked at */
    async accept(
      context: Context,
      ref: string,
      tools: readonly { kind: 'tool' | 'prompt'; name: string; hash: string }[],
    ): Promise<ToolChange[]> {
      const id = await store.transaction(async (tx) => {
        const server = await findServer(tx, context, ref)
        const changes = await tx.tools.changes(server.id)
        for (const { kind, name, hash } of tools) {
          const change = changes.find((one) => one.kind === kind && one.name === name)
          if (!change) throw new AppError('TOOL_NOT_FOUND', `Nothing of "${name}" waits to be accepted`, { data: { tool: name } })
          if (change.hash !== hash)
            throw new AppError('CONFLICT', `"${name}" changed after you looked at it`, { next: 'Read again what it says, then accept it.' })
          await tx.tools.accept(server.id, change, clock.now())
        }
        return server.id
      })
      await announce(id)
      return changesOf(id)
    },

    getChangedTools: (): { changedTools: ChangedTools } => ({ changedTools: routing.current().changedTools }),

    async setChangedTools(changedTools: ChangedTools): Promise<{ changedTools: ChangedTools }> {
      await store.transaction((tx) => tx.settings.set(CHANGED_TOOLS_SETTING, changedTools, clock.now()))
      await routing.refresh()
      events.emit({ type: 'settings.changed-tools.updated', changedTools })
      return { changedTools }
    },
  }
}

export type ToolService = ReturnType<typeof createToolService>
