import { clientsOver, PROMPT_FORMATS, type ProfileTools, type PromptFormat, TOOL_LIMITS, type ToolHiding } from '@local-mcp/contract'
import { AppError, visibleText } from '@local-mcp/kernel'
import type { Command } from 'commander'
import { withOperations } from './gateway-client.ts'
import { print, table } from './output.ts'
import type { CommandContext } from './program.ts'

const HIDDEN: Readonly<Record<ToolHiding, string>> = {
  server_off: 'server is off or waits for approval',
  link_off: 'server is off in this profile',
  off_at_server: 'off at the server',
  off_here: 'off',
  kept_back: 'changed, kept back',
  name_clash: 'left out: its name is taken',
  unusable: 'cannot be called over HTTP',
}
const CLIENT_NAMES = { cursor: 'Cursor', windsurf: 'Windsurf', vscode: 'VS Code' } as const

function toolsText({ tools, servers, total }: ProfileTools, nameOf: (serverId: string) => string): string {
  const rows = tools.map(({ exposedName, name, serverId, hidden, tokens, custom, problem }) => [
    exposedName ?? '-',
    nameOf(serverId),
    visibleText(name, true),
    `~${tokens}`,
    [hidden ? HIDDEN[hidden] : 'on', ...(custom ? ['customised'] : []), ...(problem ? [problem] : [])].join(', '),
  ])
  const unknown = servers.filter(({ listed }) => !listed).map(({ serverId }) => nameOf(serverId))
  return [
    table(['CLIENTS SEE', 'SERVER', 'TOOL', 'TOKENS', 'STATE'], rows),
    `${total.tools} tools, about ${total.tokens} tokens with each request`,
    ...clientsOver(total.tools).map((client) => `${CLIENT_NAMES[client]} takes ${TOOL_LIMITS[client]} tools at most`),
    ...(unknown.length > 0 ? [`Not known yet, as never connected: ${unknown.join(', ')}`] : []),
  ].join('\n')
}

export function addProfileCommands(program: Command, context: CommandContext): void {
  const profile = program.command('profile').description('List and create profiles, see what they offer, and choose their accounts')

  profile
    .command('ls')
    .description('List the profiles and their endpoints')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const profiles = await withOperations(context.environment(), (operations) => operations.profiles.list())
      const rows = profiles.map(({ name, slug, serverIds, endpoint, isDefault }) => [
        name,
        slug,
        String(serverIds.length),
        endpoint + (isDefault ? '  (default)' : ''),
      ])
      print(flags.json ?? false, profiles, table(['NAME', 'SLUG', 'SERVERS', 'ENDPOINT'], rows))
    })

  profile
    .command('create')
    .description('Create a profile')
    .requiredOption('--name <name>', 'name of the profile')
    .option('--slug <slug>', 'last part of its URL; made from the name if absent')
    .option('--description <text>', 'what it is for')
    .option('--server <server>', 'server to add (repeatable)', (value: string, before: string[] = []) => [...before, value])
    .option('--json', 'answer in JSON')
    .action(async (flags: { name: string; slug?: string; description?: string; server?: string[]; json?: boolean }) => {
      const created = await withOperations(context.environment(), async (operations) => {
        let made = await operations.profiles.create({
          name: flags.name,
          ...(flags.slug === undefined ? {} : { slug: flags.slug }),
          ...(flags.description === undefined ? {} : { description: flags.description }),
        })
        for (const server of flags.server ?? []) made = await operations.profiles.addServer({ profile: made.id, server })
        return made
      })
      print(flags.json ?? false, created, `Created "${created.name}"\n${created.endpoint}`)
    })

  profile
    .command('tools')
    .description('List what the clients of a profile see, and what it costs')
    .argument('<profile>', 'slug or id')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { json?: boolean }) => {
      const [tools, servers] = await withOperations(context.environment(), (operations) =>
        Promise.all([operations.profiles.effectiveTools({ profile: ref }), operations.servers.list()]),
      )
      const names = new Map(servers.map(({ id, name }) => [id, name]))
      print(
        flags.json ?? false,
        tools,
        toolsText(tools, (id) => names.get(id) ?? id),
      )
    })

  profile
    .command('prompt')
    .description('Write a text that tells a model which tools it has through a profile')
    .argument('<profile>', 'slug or id')
    .option('--format <format>', PROMPT_FORMATS.join(', '), 'recommended')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { format: string; json?: boolean }) => {
      const format = PROMPT_FORMATS.find((one): one is PromptFormat => one === flags.format)
      if (!format) {
        throw new AppError('VALIDATION_ERROR', `There is no format "${flags.format}"`, {
          next: `Use ${PROMPT_FORMATS.join(', ')}.`,
          fields: [{ path: ['format'], message: 'Not known' }],
        })
      }
      const prompt = await withOperations(context.environment(), (operations) => operations.profiles.prompt({ profile: ref, format }))
      print(flags.json ?? false, prompt, prompt.text.trimEnd())
    })

  profile
    .command('account')
    .description('Choose as whom calls of this profile to a server are made')
    .argument('<profile>', 'slug, name or id')
    .argument('<server>', 'name, slug or id')
    .argument('<account>', 'name or id; "default" is the default account of the server, also where it is another one later')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, server: string, account: string, flags: { json?: boolean }) => {
      const link = await withOperations(context.environment(), (operations) =>
        operations.profiles.setAccount({ profile: ref, server, account: account === 'default' ? null : account }),
      )
      print(flags.json ?? false, link, `Calls are made as ${account === 'default' ? 'the default account' : `"${account}"`} from now on.`)
    })
}
