import { createInterface } from 'node:readline/promises'
import type { Server } from '@local-mcp/contract'
import { AppError, splitCommand } from '@local-mcp/kernel'
import { classifyHost } from '@local-mcp/runtime'
import type { Command } from 'commander'
import { type Operations, withOperations } from './gateway-client.ts'
import { hiddenInput } from './hidden-input.ts'
import { numberOf, plain, print, table } from './output.ts'
import type { CommandContext } from './program.ts'

interface AddFlags {
  readonly name: string
  readonly command?: string
  readonly arg?: string[]
  readonly args?: string
  readonly env?: string[]
  readonly cwd?: string
  readonly url?: string
  readonly sse?: boolean
  readonly postUrl?: string
  readonly protocol?: string
  readonly header?: string[]
  readonly allowPrivate?: boolean
  readonly apiKey?: boolean
  readonly apiKeyHeader?: string
  readonly apiKeyTemplate?: string
  readonly timeout?: string
  readonly profile?: string[]
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

/** Everything that a person agrees to, each part on a line of its own. */
function consentText({ name, type, config, apiKey }: Server): string {
  const lines =
    'command' in config
      ? [
          `command   ${config.command}`,
          ...config.args.map((arg) => `argument  ${arg}`),
          ...Object.entries(config.env).map(([variable, value]) => `variable  ${variable}=${value}`),
          `folder    ${config.cwd ?? '(your home folder)'}`,
        ]
      : 'url' in config
        ? [
            `url       ${config.url}`,
            ...('postEndpoint' in config && config.postEndpoint ? [`post to   ${config.postEndpoint}`] : []),
            ...Object.entries(config.headers).map(([header, value]) => `header    ${header}: ${value}`),
            ...(apiKey ? [`key       ${apiKey.headerName}: ${apiKey.template.replaceAll('{apiKey}', `••••${apiKey.hint ?? ''}`)}`] : []),
            `network   ${config.allowPrivateNetwork ? 'may be on this computer or in the local network' : 'public addresses only'}`,
          ]
        : []
  return [`"${name}" (${type})`, ...lines.map((line) => `  ${line}`)].join('\n')
}

async function agrees(text: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new AppError('APPROVAL_REQUIRED', 'There is nobody to ask', {
      next: `Read what it runs, then repeat the command with --yes.\n${text}`,
    })
  }
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question(`${plain(text)}\n\nAllow this? [y/N] `)
  ask.close()
  return /^y(es)?$/i.test(answer.trim())
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

const stateOf = ({ status }: Server) => (status.problem ? `${status.state} (${status.problem.code})` : status.state)

export function addServerCommands(program: Command, context: CommandContext): void {
  const server = program.command('server').description('Add, list and remove MCP servers')

  server
    .command('add')
    .description('Add a server: a command on this computer, or a URL')
    .argument('[args...]', 'arguments of the command, after --')
    .requiredOption('--name <name>', 'name of the server')
    .option('--command <command>', 'command that starts it, with or without its arguments')
    .option('--arg <value>', 'one argument of the command (repeatable)', collect)
    .option('--args <line>', 'all arguments of the command in one text')
    .option('--env <NAME=value>', 'environment variable of the command (repeatable)', collect)
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
    .option('--profile <slug>', 'profile to add it to (repeatable; the default profile if absent)', collect)
    .option('--no-link', 'do not add it to any profile')
    .option('--approve', 'agree that the command may run, as in the window')
    .option('--json', 'answer in JSON')
    .action(async (rest: string[], flags: AddFlags & { json?: boolean }) => {
      if ((flags.command === undefined) === (flags.url === undefined))
        throw invalid('command', 'Give either --command or --url', 'See `local-mcp-gateway server add --help`.')
      if (flags.command !== undefined && (flags.sse || flags.postUrl !== undefined))
        throw invalid('url', '--sse and --post-url belong to --url', 'See `local-mcp-gateway server add --help`.')
      const type = flags.command !== undefined ? 'external' : flags.sse ? 'remote_sse' : 'remote_http'
      const config = {
        ...(type === 'external'
          ? { ...commandOf(flags, rest), env: pairs('env', /=/, flags.env), ...(flags.cwd ? { cwd: flags.cwd } : {}) }
          : remoteOf(flags)),
        ...(flags.protocol === undefined ? {} : { protocol: flags.protocol }),
      }
      const apiKey = await apiKeyOf(flags)
      const added = await withOperations(context.environment(), async (operations, running) => {
        const profiles = flags.profile ?? (flags.link ? [(await operations.settings.getDefaultProfile()).slug] : [])
        const created = await operations.servers.create({
          name: flags.name,
          type,
          config,
          profiles,
          ...(apiKey ? { apiKey } : {}),
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
    .command('ls')
    .description('List the servers and their state')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const servers = await withOperations(context.environment(), (operations) => operations.servers.list())
      const rows = servers.map((one) => [one.name, one.slug, one.type, stateOf(one), String(one.status.toolCount ?? '-')])
      print(flags.json ?? false, servers, table(['NAME', 'SLUG', 'TYPE', 'STATE', 'TOOLS'], rows))
    })

  server
    .command('rm')
    .description('Remove a server')
    .argument('<server>', 'name, slug or id')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { json?: boolean }) => {
      const result = await withOperations(context.environment(), (operations) => operations.servers.delete({ server: ref }))
      print(flags.json ?? false, { removed: ref, ...result }, `Removed "${ref}"`)
    })

  server
    .command('approve')
    .description('Show what a server runs, and agree to it')
    .argument('<server>', 'name, slug or id')
    .option('--yes', 'agree without being asked')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { yes?: boolean; json?: boolean }) => {
      const approved = await withOperations(context.environment(), async (operations) => {
        const shown = await operations.servers.get({ server: ref })
        if (!flags.yes && !(await agrees(consentText(shown)))) throw new AppError('APPROVAL_REQUIRED', 'Nothing was approved')
        return operations.servers.approve({ server: shown.id, version: shown.version })
      })
      print(flags.json ?? false, approved, `Approved ${consentText(approved)}`)
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
      print(flags.json ?? false, status, [status.state, ...why].join('\n'))
    })
}
