import { readFileSync } from 'node:fs'
import type { LinkTool, Tool, ToolChange } from '@local-mcp/contract'
import { AppError, lineDiff, messageOf, visibleText } from '@local-mcp/kernel'
import type { Command } from 'commander'
import { agrees } from './ask.ts'
import { type Operations, withOperations } from './gateway-client.ts'
import { print, table } from './output.ts'
import type { CommandContext } from './program.ts'

interface Flags {
  readonly profile?: string
  readonly json?: boolean
}

const invalid = (field: string, message: string, next: string) =>
  new AppError('VALIDATION_ERROR', message, { next, fields: [{ path: [field], message }] })

const MARKS = { same: ' ', old: '-', new: '+' } as const

/** Whatever a server wrote, with what could not be seen written out. */
const shown = (text: string) => visibleText(text, true)

function diffText({ name, kind, change, before, after, withheld }: ToolChange): string {
  const lines = lineDiff(before ?? '', after ?? '').map((line) => `  ${MARKS[line.kind]} ${shown(line.text)}`)
  return [`${change} ${kind} ${shown(name)}${withheld ? '  (kept back)' : ''}`, ...(change === 'removed' ? [] : lines)].join('\n')
}

const NOTHING_CHANGED = 'Every tool and prompt is as it was accepted.'
const changesText = (changes: readonly ToolChange[]) => (changes.length === 0 ? NOTHING_CHANGED : changes.map(diffText).join('\n\n'))

const onOff = (on: boolean) => (on ? 'on' : 'off')
const noteOf = ({ changed, withheld }: Tool) => (withheld ? 'changed, kept back' : changed ? 'changed' : '')

function serverTable(tools: readonly Tool[]): string {
  const rows = tools.map((tool) => [shown(tool.name), onOff(tool.enabled), `~${tool.tokens}`, noteOf(tool)])
  return table(['TOOL', 'STATE', 'TOKENS', 'NOTE'], rows)
}

function linkTable(tools: readonly LinkTool[]): string {
  const rows = tools.map((tool) => [
    shown(tool.name),
    onOff(tool.enabled),
    onOff(tool.enabledHere),
    tool.exposedName === null ? '-' : tool.exposedName,
    [noteOf(tool), tool.custom ? 'customised' : '', tool.custom?.problem ?? ''].filter((note) => note !== '').join(', '),
  ])
  return table(['TOOL', 'SERVER', 'PROFILE', 'CLIENTS SEE', 'NOTE'], rows)
}

/** The text itself, or what is in the file of that name after an @. */
function schemaOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text)
  } catch (error) {
    throw invalid('schema', `--schema: ${messageOf(error)}`, 'Write JSON, or @ and the name of a file with JSON.')
  }
}

/** Answers with the tools of a server, or of its link to a profile. */
async function answer(
  context: CommandContext,
  server: string,
  { profile, json = false }: Flags,
  work: (operations: Operations) => Promise<unknown> = async () => {},
): Promise<void> {
  await withOperations(context.environment(), async (operations) => {
    await work(operations)
    if (profile === undefined) {
      const { toolPolicy } = await operations.servers.get({ server })
      const tools = await operations.servers.tools({ server })
      print(json, { toolPolicy, tools }, `Policy of the server: ${toolPolicy}\n${serverTable(tools)}`)
    } else {
      const link = await operations.profiles.tools({ profile, server })
      print(json, link, `Policy of the profile for this server: ${link.toolPolicy}\n${linkTable(link.tools)}`)
    }
  })
}

/** Switches at the server, or at its link to a profile. */
function switchTools(
  operations: Operations,
  server: string,
  profile: string | undefined,
  wanted: { policy?: 'all' | 'allowlist'; enable?: string[]; disable?: string[] },
): Promise<unknown> {
  return profile === undefined
    ? operations.servers.switchTools({ server, ...wanted })
    : operations.profiles.switchTools({ profile, server, ...wanted })
}

/** What is on now, for a policy that would switch it off. */
async function onNow(operations: Operations, server: string, profile: string | undefined): Promise<string[]> {
  if (profile === undefined) return (await operations.servers.tools({ server })).filter(({ enabled }) => enabled).map(({ name }) => name)
  const { tools } = await operations.profiles.tools({ profile, server })
  return tools.filter(({ enabledHere }) => enabledHere).map(({ name }) => name)
}

export function addToolCommands(program: Command, context: CommandContext): void {
  const tool = program.command('tool').description('Choose which tools clients see, as what, and look at what changed')
  const command = (name: string, description: string) =>
    tool.command(name).description(description).argument('<server>', 'name, slug or id').option('--json', 'answer in JSON')
  const inProfile = 'only for the clients of this profile'

  command('ls', 'List the tools of a server and whether they are let through')
    .option('--profile <slug>', 'as this profile has them')
    .action((server: string, flags: Flags) => answer(context, server, flags))

  for (const state of ['enable', 'disable'] as const) {
    command(state, `Switch tools ${state === 'enable' ? 'on' : 'off'}; the others stay as they are`)
      .argument('<tools...>', 'names that the server gives them')
      .option('--profile <slug>', inProfile)
      .action((server: string, tools: string[], flags: Flags) =>
        answer(context, server, flags, (operations) => switchTools(operations, server, flags.profile, { [state]: tools })),
      )
  }

  command('policy', 'Let every tool through that is not switched off (all), or only those that are switched on (allowlist)')
    .argument('<policy>', 'all or allowlist')
    .option('--keep', 'with allowlist: switch on what is on now')
    .option('--profile <slug>', inProfile)
    .action((server: string, policy: string, flags: Flags & { keep?: boolean }) => {
      if (policy !== 'all' && policy !== 'allowlist') throw invalid('policy', `There is no policy "${policy}"`, 'Use all or allowlist.')
      return answer(context, server, flags, async (operations) => {
        const enable = flags.keep ? { enable: await onNow(operations, server, flags.profile) } : {}
        await switchTools(operations, server, flags.profile, { policy, ...enable })
      })
    })

  command('customize', 'Let the clients of a profile see another name, description or input schema')
    .argument('<tool>', 'name that the server gives it')
    .requiredOption('--profile <slug>', 'the profile')
    .option('--name <name>', 'what clients call it')
    .option('--description <text>', 'what it says it does')
    .option('--schema <json>', 'its input schema: JSON, or @ and the name of a file')
    .action((server: string, name: string, flags: Flags & { profile: string; name?: string; description?: string; schema?: string }) => {
      if (flags.name === undefined && flags.description === undefined && flags.schema === undefined)
        throw invalid('name', 'Nothing to change', 'Give --name, --description or --schema.')
      const wanted = {
        ...(flags.name === undefined ? {} : { name: flags.name }),
        ...(flags.description === undefined ? {} : { description: flags.description }),
        ...(flags.schema === undefined ? {} : { inputSchema: schemaOf(flags.schema) }),
      }
      return answer(context, server, flags, (operations) =>
        operations.profiles.customizeTool({ profile: flags.profile, server, tool: name, ...wanted }),
      )
    })

  command('reset', 'Let the clients of a profile see a tool as its server describes it')
    .argument('<tool>', 'name that the server gives it')
    .requiredOption('--profile <slug>', 'the profile')
    .action((server: string, name: string, flags: Flags & { profile: string }) =>
      answer(context, server, flags, (operations) => operations.profiles.resetTool({ profile: flags.profile, server, tool: name })),
    )

  command('changes', 'Show what is new, gone or not as it was accepted').action(async (server: string, flags: Flags) => {
    const changes = await withOperations(context.environment(), (operations) => operations.servers.toolChanges({ server }))
    print(flags.json ?? false, changes, changesText(changes))
  })

  command('accept', 'Show what changed, and accept it as it is now')
    .argument('[tools...]', 'names of tools and prompts; all of them if absent')
    .option('--yes', 'accept without being asked')
    .action(async (server: string, names: string[], flags: Flags & { yes?: boolean }) => {
      const left = await withOperations(context.environment(), async (operations) => {
        const changes = await operations.servers.toolChanges({ server })
        const unknown = names.find((name) => !changes.some((change) => change.name === name))
        if (unknown !== undefined) throw new AppError('TOOL_NOT_FOUND', `Nothing of "${unknown}" waits to be accepted`)
        const wanted = changes.filter(({ name }) => names.length === 0 || names.includes(name))
        if (wanted.length === 0) return changes
        if (!flags.yes && !(await agrees(changesText(wanted)))) throw new AppError('APPROVAL_REQUIRED', 'Nothing was accepted')
        return operations.servers.acceptTools({ server, tools: wanted.map(({ kind, name, hash }) => ({ kind, name, hash })) })
      })
      print(flags.json ?? false, left, left.length === 0 ? NOTHING_CHANGED : `Left:\n${changesText(left)}`)
    })

  tool
    .command('pinning')
    .description('Say or set what happens to a tool that is not as it was accepted')
    .argument('[mode]', 'block: kept back until it is accepted. flag: only shown as changed')
    .option('--json', 'answer in JSON')
    .action(async (mode: string | undefined, flags: { json?: boolean }) => {
      if (mode !== undefined && mode !== 'block' && mode !== 'flag')
        throw invalid('mode', `There is no mode "${mode}"`, 'Use block or flag.')
      const setting = await withOperations(context.environment(), (operations) =>
        mode === undefined ? operations.settings.getChangedTools() : operations.settings.setChangedTools({ changedTools: mode }),
      )
      print(flags.json ?? false, setting, setting.changedTools)
    })
}
