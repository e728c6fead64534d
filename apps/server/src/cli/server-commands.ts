import type { Server } from '@local-mcp/contract'
import { AppError, splitCommand } from '@local-mcp/kernel'
import { classifyHost } from '@local-mcp/runtime'
import type { Command } from 'commander'
import { type AddedDrafts, addDrafts, type DraftFlags, readSource } from './add-drafts.ts'
import { agrees } from './ask.ts'
import { consentText } from './consent-text.ts'
import { type Operations, withOperations } from './gateway-client.ts'
import { hiddenInput } from './hidden-input.ts'
import { numberOf, print, table } from './output.ts'
import type { CommandContext } from './program.ts'
import { addRemovalCommands } from './removal-commands.ts'
import { addUpkeepCommands } from './upkeep-commands.ts'

interface AddFlags extends DraftFlags {
  readonly paste?: boolean
  readonly from?: string
  readonly preset?: string
  readonly command?: string
  readonly arg?: string[]
  readonly args?: string
  readonly env?: string[]
  readonly cwd?: string
  readonly allowEnv?: boolean
  readonly url?: string
  readonly sse?: boolean
  readonly postUrl?: string
  readonly protocol?: string
  readonly header?: string[]
  readonly apiKey?: boolean
  readonly apiKeyHeader?: string
  readonly apiKeyTemplate?: string
  readonly timeout?: string
  readonly keepAlive?: boolean
  readonly profile?: string[]
  readonly source?: string[]
  readonly link: boolean
  readonly approve?: boolean
}

const collect = (value: string, before: string[] = []) => [...before, value]
const invalid = (field: string, message: string, next: string) =>
  new AppError('VALIDATION_ERROR', message, { next, fields: [{ path: [field], message }] })

/** `NAME=value` or `Name: value` pairs as an object. */
function pairs(field: string, separator: RegExp, values: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    values.map((text) => {
      const at = text.search(separator)
      if (at < 1)
        throw invalid(
          field,
          `"${text.slice(0, 40)}" is not a pair`,
          field === 'env' ? 'Write --env NAME=value.' : 'Write --header "Name: value".',
        )
      return [text.slice(0, at).trim(), text.slice(at + 1).replace(/^ +/, '')] as const
    }),
  )
}

/** A command with its arguments in one text is split; with arguments of its own it is taken as it is. */
function commandOf(flags: AddFlags, rest: readonly string[]): { command: string; args: readonly string[] } {
  const given = [...(flags.arg ?? []), ...argsOf(flags.args), ...rest]
  if (given.length > 0) return { command: flags.command as string, args: given }
  return split('command', flags.command as string)
}

function split(field: string, line: string): { command: string; args: readonly string[] } {
  const { command, args, problem } = splitCommand(line)
  if (problem === 'open_quote')
    throw invalid(field, 'A quote is not closed', 'Close the quote, or give the arguments one by one with --arg.')
  return { command, args }
}

function argsOf(line: string | undefined): readonly string[] {
  if (!line) return []
  const { command, args } = split('args', line)
  return [command, ...args]
}

/** Naming an address on this computer by hand is the consent that the window asks for with a tick box. */
function remoteOf(flags: AddFlags) {
  const url = flags.url ?? ''
  const kind = URL.canParse(url) ? classifyHost(new URL(url)) : null
  return {
    url,
    headers: pairs('header', /:/, flags.header),
    ...(flags.postUrl === undefined ? {} : { postEndpoint: flags.postUrl }),
    allowPrivateNetwork: flags.allowPrivate ?? (kind === 'loopback' || kind === 'private'),
  }
}

/** The key that a server gets; never an argument. */
async function apiKeyOf(flags: Pick<AddFlags, 'apiKey' | 'apiKeyHeader' | 'apiKeyTemplate'>) {
  if (!flags.apiKey && flags.apiKeyHeader === undefined && flags.apiKeyTemplate === undefined) return null
  return {
    value: await hiddenInput('API key'),
    ...(flags.apiKeyHeader === undefined ? {} : { headerName: flags.apiKeyHeader }),
    ...(flags.apiKeyTemplate === undefined ? {} : { template: flags.apiKeyTemplate }),
  }
}

/** How long an answer waits for a new server to be there or to fail, in milliseconds; some are downloaded first. */
const SETTLE = 3000

async function settled(operations: Operations, id: string): Promise<Server> {
  const deadline = performance.now() + SETTLE
  for (;;) {
    const server = await operations.servers.get({ server: id })
    if (!['connecting', 'disconnected'].includes(server.status.state) || performance.now() > deadline) return server
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const HINT = 'See `local-mcp-gateway server add --help`.'

/** Adds what a snippet or a preset says. */
async function addRead(context: CommandContext, flags: AddFlags & { json?: boolean }): Promise<void> {
  if (flags.command !== undefined || flags.url !== undefined || (flags.preset !== undefined && (flags.paste || flags.from !== undefined)))
    throw invalid('paste', 'Give one of --paste, --preset, --command and --url', HINT)
  if (flags.approve && flags.preset === undefined)
    throw invalid(
      'approve',
      'What was pasted is approved after it was read',
      'Leave --approve out, then run `local-mcp-gateway server approve`.',
    )
  const text = flags.preset === undefined ? await readSource(flags.from) : ''
  const answer = await withOperations(context.environment(), async (operations, running): Promise<AddedDrafts> => {
    const { drafts, skipped } =
      flags.preset === undefined
        ? await operations.servers.readSnippet({ text })
        : { drafts: [(await operations.presets.get({ preset: flags.preset })).draft], skipped: [] }
    if (flags.name !== undefined && drafts.length > 1)
      throw invalid('name', `There are ${drafts.length} servers in it`, 'Leave --name out.')
    const profiles = flags.profile ?? (flags.link ? [(await operations.settings.getDefaultProfile()).slug] : [])
    const { servers, variables, secrets } = await addDrafts(
      operations,
      drafts,
      flags.preset === undefined ? flags : { ...flags, yes: true },
      {
        profiles,
        ...(flags.timeout === undefined ? {} : { timeoutMs: numberOf('--timeout', flags.timeout) }),
        ...(flags.preset === undefined ? {} : { presetId: flags.preset }),
      },
    )
    if (flags.approve) for (const { id, version } of servers) await operations.servers.approve({ server: id, version })
    const look = ({ id }: Server) => (running ? settled(operations, id) : operations.servers.get({ server: id }))
    return { servers: await Promise.all(servers.map(look)), skipped, variables, secrets }
  })
  const { servers, skipped, variables, secrets } = answer
  const lines = [
    ...servers.map(({ name, slug }) => `Added "${name}" (${slug})`),
    ...skipped.map(
      ({ name, reason, line }) =>
        `Left out ${name === '' ? 'a part' : `"${name}"`}${line === null ? '' : ` in line ${line}`}: ${SKIPPED[reason]}`,
    ),
    ...(secrets.length > 0 ? [`Stored as secrets: ${secrets.join(', ')}`] : []),
    ...(variables.length > 0
      ? [`Secrets cannot be stored now (see \`secret status\`). Set where the gateway runs: ${variables.join(', ')}`]
      : []),
    ...servers.filter(({ approved }) => !approved).map(({ slug }) => `It waits for your consent: local-mcp-gateway server approve ${slug}`),
  ]
  print(flags.json ?? false, flags.preset === undefined ? answer : servers[0], lines.join('\n'))
}

const SKIPPED: Record<AddedDrafts['skipped'][number]['reason'], string> = {
  no_target: 'it has neither a command nor a URL',
  not_a_server: 'it is no server',
  foreign_kind: 'it lives inside the client that it was written for',
  not_a_command: 'it is no command',
  too_many: 'there are too many',
}

const stateOf = ({ status }: Server) => (status.problem ? `${status.state} (${status.problem.code})` : status.state)

export function addServerCommands(program: Command, context: CommandContext): void {
  const server = program.command('server').description('Add, list and remove MCP servers')

  server
    .command('add')
    .description('Add a server: a command on this computer, or a URL')
    .argument('[args...]', 'arguments of the command, after --')
    .option('--name <name>', 'name of the server; a preset and a snippet bring their own')
    .option('--paste', 'read a command, a link or a piece of configuration from stdin')
    .option('--from <file>', 'with --paste: read it from a file')
    .option('--preset <id>', 'one of the servers that `server presets` lists')
    .option('--set <NAME=value>', 'a value that the snippet or the preset asks for (repeatable)', collect)
    .option('--command <command>', 'command that starts it, with or without its arguments')
    .option('--arg <value>', 'one argument of the command (repeatable)', collect)
    .option('--args <line>', 'all arguments of the command in one text')
    .option('--env <NAME=value>', 'environment variable of the command (repeatable)', collect)
    .option('--allow-env', 'agree to variables that decide what code runs, such as NODE_OPTIONS')
    .option('--cwd <folder>', 'working directory of the command')
    .option('--url <url>', 'address of a server that speaks Streamable HTTP, or its predecessor')
    .option('--sse', 'the URL is the stream of a server that speaks HTTP+SSE (2024-11-05)')
    .option('--post-url <url>', 'where such a server is posted to, if not where its stream says')
    .option('--protocol <revision>', 'what is spoken with it: auto, legacy or 2026-07-28')
    .option('--header <Name: value>', 'header for the URL (repeatable)', collect)
    .option('--api-key', 'send a key with every request: it is asked for, or read from stdin, and stored sealed')
    .option('--api-key-header <name>', 'header of the key, if not Authorization')
    .option('--api-key-template <text>', 'how the header is written, e.g. "Token {apiKey}"')
    .option('--allow-private', 'agree that the name of the URL leads into your own network')
    .option('--timeout <ms>', 'how long one call may take')
    .option('--keep-alive', 'start it with the gateway, and do not end it when nobody uses it')
    .option('--profile <slug>', 'profile to add it to (repeatable; the default profile if absent)', collect)
    .option('--source <source>', 'source whose values it may refer to (repeatable)', collect)
    .option('--no-link', 'do not add it to any profile')
    .option('--approve', 'agree that the command may run, as in the window')
    .option('--yes', 'with --paste: add what was read without being asked')
    .option('--json', 'answer in JSON')
    .action(async (rest: string[], flags: AddFlags & { json?: boolean }) => {
      if (flags.paste || flags.from !== undefined || flags.preset !== undefined) return addRead(context, flags)
      const { name } = flags
      if (name === undefined) return server.error("error: required option '--name <name>' not specified")
      if ((flags.command === undefined) === (flags.url === undefined)) throw invalid('command', 'Give either --command or --url', HINT)
      if (flags.command !== undefined && (flags.sse || flags.postUrl !== undefined))
        throw invalid('url', '--sse and --post-url belong to --url', HINT)
      const type = flags.command !== undefined ? 'external' : flags.sse ? 'remote_sse' : 'remote_http'
      const config = {
        ...(type === 'external'
          ? {
              ...commandOf(flags, rest),
              env: pairs('env', /=/, flags.env),
              ...(flags.cwd ? { cwd: flags.cwd } : {}),
              ...(flags.allowEnv ? { allowReservedEnv: true } : {}),
            }
          : remoteOf(flags)),
        ...(flags.protocol === undefined ? {} : { protocol: flags.protocol }),
      }
      const apiKey = await apiKeyOf(flags)
      const added = await withOperations(context.environment(), async (operations, running) => {
        const profiles = flags.profile ?? (flags.link ? [(await operations.settings.getDefaultProfile()).slug] : [])
        const sourceIds = await Promise.all((flags.source ?? []).map(async (source) => (await operations.sources.get({ source })).id))
        const created = await operations.servers.create({
          name,
          type,
          config,
          profiles,
          ...(apiKey ? { apiKey } : {}),
          sourceIds,
          keepAlive: flags.keepAlive ?? false,
          ...(flags.timeout === undefined ? {} : { timeoutMs: numberOf('--timeout', flags.timeout) }),
        })
        if (flags.approve) await operations.servers.approve({ server: created.id, version: created.version })
        return running ? settled(operations, created.id) : operations.servers.get({ server: created.id })
      })
      const hint = added.approved
        ? ''
        : `\nIt waits for your consent: run \`local-mcp-gateway server approve ${added.slug}\`, or approve it in the window.`
      print(flags.json ?? false, added, `Added "${added.name}" (${added.slug})${hint}`)
    })

  server
    .command('presets')
    .description('List the well-known servers that can be added with --preset')
    .argument('[words...]', 'words that title or purpose have')
    .option('--json', 'answer in JSON')
    .action(async (words: string[], flags: { json?: boolean }) => {
      const presets = await withOperations(context.environment(), (operations) => operations.presets.list({ search: words.join(' ') }))
      const rows = presets.map(({ id, purpose, draft }) => [id, purpose, draft.asks.map(({ name }) => name).join(', ') || '-'])
      print(flags.json ?? false, presets, table(['PRESET', 'WHAT IT DOES', 'NEEDS'], rows))
    })

  server
    .command('ls')
    .description('List the servers and their state')
    .option('--deleted', 'the removed ones, which can be restored')
    .option('--json', 'answer in JSON')
    .action(async (flags: { deleted?: boolean; json?: boolean }) => {
      if (flags.deleted) {
        const removed = await withOperations(context.environment(), (operations) => operations.servers.deleted())
        const rows = removed.map((one) => [one.name, one.slug, one.endpoint, new Date(one.deletedAt).toISOString()])
        return print(flags.json ?? false, removed, table(['NAME', 'SLUG', 'ENDPOINT', 'DELETED'], rows))
      }
      const servers = await withOperations(context.environment(), (operations) => operations.servers.list())
      const rows = servers.map((one) => [one.name, one.slug, one.type, stateOf(one), String(one.status.toolCount ?? '-')])
      print(flags.json ?? false, servers, table(['NAME', 'SLUG', 'TYPE', 'STATE', 'TOOLS'], rows))
    })

  addRemovalCommands(server, context)

  server
    .command('approve')
    .description('Show what a server runs, and agree to it')
    .argument('<server>', 'name, slug or id')
    .option('--yes', 'agree without being asked')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { yes?: boolean; json?: boolean }) => {
      const approved = await withOperations(context.environment(), async (operations) => {
        const shown = await operations.servers.get({ server: ref })
        const { path } = await operations.servers.program({ server: ref })
        const text = consentText(shown, path)
        if (!flags.yes && !(await agrees(text))) throw new AppError('APPROVAL_REQUIRED', 'Nothing was approved')
        return { server: await operations.servers.approve({ server: shown.id, version: shown.version, program: path }), text }
      })
      print(flags.json ?? false, approved.server, `Approved ${approved.text}`)
    })

  server
    .command('key')
    .description('Store the key that is sent to the URL of a server, or replace it; it is asked for, or read from stdin')
    .argument('<server>', 'name, slug or id')
    .option('--api-key-header <name>', 'header of the key, if not Authorization')
    .option('--api-key-template <text>', 'how the header is written, e.g. "Token {apiKey}"')
    .option('--remove', 'send no key any more, and delete it')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: Pick<AddFlags, 'apiKeyHeader' | 'apiKeyTemplate'> & { remove?: boolean; json?: boolean }) => {
      const apiKey = flags.remove ? null : await apiKeyOf({ ...flags, apiKey: true })
      const updated = await withOperations(context.environment(), ({ servers }) => servers.update({ server: ref, apiKey }))
      print(flags.json ?? false, updated, flags.remove ? `"${updated.name}" gets no key any more` : `"${updated.name}" gets the key`)
    })

  server
    .command('status')
    .description('Say how a server is doing, and why')
    .argument('<server>', 'name, slug or id')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { json?: boolean }) => {
      const status = await withOperations(context.environment(), (operations) => operations.servers.status({ server: ref }))
      const why = status.problem
        ? [
            `${status.problem.code}: ${status.problem.message}`,
            status.problem.next,
            ...status.problem.evidence.map((line) => `  | ${line}`),
          ]
        : []
      const program = status.program ? [`program: ${status.program}`] : []
      print(flags.json ?? false, status, [status.state, ...program, ...why].join('\n'))
    })

  addUpkeepCommands(server, context)
}
