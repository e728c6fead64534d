import type { Finding, SystemUsage } from '@local-mcp/contract'
import { AppError, createLogger, messageOf, systemClock } from '@local-mcp/kernel'
import {
  clearDirty,
  doctorFile,
  type Environment,
  freshLink,
  isInstanceRunning,
  keyFinding,
  logToStderr,
  migrateDatabase,
  migrationStatus,
  readEnvironment,
  SECRET_VARIABLES,
  serverFindings,
  warnOfLocation,
} from '@local-mcp/runtime'
import { Command, CommanderError } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { version } from '../package.ts'
import { serve, untilAskedToEnd } from '../serve.ts'
import { addBackupCommands } from './backup-commands.ts'
import { addClientCommands } from './client-commands.ts'
import { throughGateway, withOperations } from './gateway-client.ts'
import { addLogCommands } from './log-commands.ts'
import { addOAuthCommands } from './oauth-commands.ts'
import { print, printError } from './output.ts'
import { addPoolCommands } from './pool-commands.ts'
import { addProfileCommands } from './profile-commands.ts'
import { addSalvageCommand } from './salvage-command.ts'
import { addSecretCommands } from './secret-commands.ts'
import { addServerCommands } from './server-commands.ts'
import { addSourceCommands } from './source-commands.ts'
import { addStdioCommand } from './stdio-command.ts'
import { addTokenCommands } from './token-commands.ts'
import { addToolCommands } from './tool-commands.ts'

export interface CommandContext {
  /** Read when a command runs, so that `--help` works whatever the environment says. */
  environment(): Environment
}

const CLEARED = {
  nothing_to_do: 'No upgrade is marked as unfinished.',
  done: 'The mark is gone: the upgrade was applied in full.',
  again: 'The mark is gone: nothing of the upgrade was applied, so the next start applies it.',
} as const
const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`

function describeUsage({ sessions, servers, memoryBytes, savedBytes }: SystemUsage): string {
  const saved = savedBytes > 0 ? `; a process for each session would take ${megabytes(savedBytes)} more` : ''
  return `${sessions} session(s) share ${servers.length} running server(s), which take ${megabytes(memoryBytes)}${saved}.`
}

const MARK = { ok: '✓', info: '·', warning: '!', error: '✗' } as const

function findingText({ level, check, message, next, code, evidence = [] }: Finding): string {
  const seen = code ? evidence.map((line) => `\n    | ${line}`) : evidence.map((line) => ` (${line})`)
  return `${MARK[level]} ${check}: ${code ? `${code}: ` : ''}${message}${seen.join('')}${next ? `\n    ${next}` : ''}`
}

/** How the servers are doing, which only a gateway that runs can say. */
async function serversOf(environment: Environment): Promise<Finding[]> {
  const none = (message: string): Finding[] => [{ check: 'servers', level: 'info', message, next: 'Run it again while the gateway runs.' }]
  try {
    const asked = await throughGateway(environment, async (operations) => serverFindings(await operations.servers.list()))
    return asked?.result ?? none('the gateway does not run, so nothing can be said of them')
  } catch (error) {
    return none(messageOf(error))
  }
}

async function runServe(context: CommandContext, env: NodeJS.ProcessEnv, json: boolean): Promise<void> {
  const asked = untilAskedToEnd()
  const serving = await serve({ environment: context.environment(), env, json })
  const { mcpUrl, uiUrl, databasePath, recovery } = serving
  print(
    json,
    recovery
      ? { event: 'recovery', mcpUrl, uiUrl, code: recovery.code, message: recovery.message, next: recovery.next }
      : { event: 'ready', mcpUrl, uiUrl },
    [
      '',
      `Local MCP Gateway ${version}`,
      '',
      ...(recovery ? [`✗ ${recovery.message}`, `  ${recovery.next}`, '  The window below helps with it.', ''] : []),
      `  Open        ${uiUrl}`,
      `  Clients     ${mcpUrl}/<profile>`,
      `  Data        ${databasePath}`,
      '',
      'Press Ctrl-C to stop.',
      '',
    ].join('\n'),
  )
  const error = await Promise.race([asked, serving.ended])
  await serving.close()
  if (error) throw error
}

/** Looks for the key of the stored secrets, where that changes nothing: in a database that is there and needs no upgrade. */
async function keyFindings(context: CommandContext, options: Parameters<typeof migrationStatus>[0]): Promise<Finding[]> {
  try {
    const { current, pending } = migrationStatus(options)
    if (current === 0 || pending.length > 0) return []
    return [keyFinding(await withOperations(context.environment(), ({ secrets }) => secrets.vault()))]
  } catch {
    // What keeps the database from being opened is told by the other findings.
    return []
  }
}

function createProgram(context: CommandContext, env: NodeJS.ProcessEnv, done: (code: number) => void): Command {
  const program = new Command('local-mcp-gateway')
    .description('One local endpoint for all your MCP servers.')
    .version(version)
    .option('--database <file>', 'the database, instead of DATABASE_PATH')
    .option('--key-file <file>', 'keep the key of stored secrets in this file, which only you may read')
    .option('--pool <urls>', 'addresses of single servers, instead of MCP_GATEWAY_URL_POOLS')
    .exitOverride()
    .showHelpAfterError('Run it with --help to see what there is.')

  program
    .command('serve')
    .description('Run the gateway until it is stopped, and print the link to its window')
    .option('--json', 'print one line of JSON once it serves')
    .action((flags: { json?: boolean }) => runServe(context, env, flags.json ?? false))

  program
    .command('open')
    .description('Print a new link to the window of the gateway that is running')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const url = await freshLink(context.environment().databasePath)
      print(flags.json ?? false, { url }, url ?? 'The gateway is not running. Start it with `local-mcp-gateway serve`.')
      if (!url) done(EXIT.failure)
    })

  addServerCommands(program, context)
  addSecretCommands(program, context)
  addOAuthCommands(program, context)
  addPoolCommands(program, context)
  addProfileCommands(program, context)
  addToolCommands(program, context)
  addSourceCommands(program, context)
  addTokenCommands(program, context)
  addLogCommands(program, context)
  addClientCommands(program, context)
  addStdioCommand(program, context, done)
  addBackupCommands(program, context)
  addSalvageCommand(program, context)

  const databaseOptions = () => ({
    path: context.environment().databasePath,
    appVersion: version,
    clock: systemClock,
    logger: createLogger(context.environment().logLevel, systemClock.now, logToStderr(false)),
  })

  program
    .command('migrate')
    .description('Create the database, or bring it to the version of this program')
    .option('--dry-run', 'only say what would be applied')
    .option('--clear-dirty', 'take away the mark of an unfinished upgrade, where the tables show that it is whole or absent')
    .option('--json', 'answer in JSON')
    .action(async (flags: { dryRun?: boolean; clearDirty?: boolean; json?: boolean }) => {
      if (flags.dryRun) {
        const status = migrationStatus(databaseOptions())
        const text =
          status.pending.length === 0 ? `At version ${status.current}: nothing to do` : `Would apply: ${status.pending.join(', ')}`
        return print(flags.json ?? false, status, text)
      }
      if (flags.clearDirty) {
        const cleared = await clearDirty(databaseOptions())
        return print(flags.json ?? false, cleared, CLEARED[cleared.outcome])
      }
      const options = databaseOptions()
      await warnOfLocation(options.path, options.logger)
      const result = await migrateDatabase(options)
      const text =
        result.applied.length === 0
          ? `Already at version ${result.to}`
          : `From version ${result.from} to ${result.to}: ${result.applied.join(', ')}`
      print(flags.json ?? false, result, text)
    })

  program
    .command('status')
    .description('Say whether the gateway runs and which version the database has; changes nothing')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const { databasePath } = context.environment()
      const asked = await throughGateway(context.environment(), (operations) => operations.system.usage()).catch(() => null)
      const usage = asked?.result ?? null
      const status = { running: isInstanceRunning(databasePath), databasePath, ...migrationStatus(databaseOptions()), usage }
      const database =
        status.pending.length === 0
          ? `at version ${status.current}`
          : `at version ${status.current}, ${status.pending.length} upgrade(s) to ${status.head} pending`
      print(
        flags.json ?? false,
        status,
        [
          `The gateway ${status.running ? 'runs' : 'does not run'}.`,
          `The database is ${database}: ${databasePath}`,
          ...(usage ? [describeUsage(usage)] : []),
        ].join('\n'),
      )
    })

  program
    .command('doctor')
    .description('Look at the database file and at the servers and say what is wrong; changes nothing')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const file = [...(await doctorFile(context.environment().databasePath)), ...(await keyFindings(context, databaseOptions()))]
      const servers = await serversOf(context.environment())
      const findings = [...file, ...servers]
      print(flags.json ?? false, findings, [...file.map(findingText), '', 'Servers', ...servers.map(findingText)].join('\n'))
      if (findings.some(({ level }) => level === 'error')) done(EXIT.failure)
    })

  return program
}

/** Errors of usage are printed as JSON by whoever catches them, not as text by Commander. */
function silence(command: Command): void {
  command.configureOutput({ writeErr: () => {} })
  command.commands.forEach(silence)
}

/** Runs one command line. @returns the exit code */
export async function runCli(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  let code: number = EXIT.ok
  let read: Environment | null = null
  const context: CommandContext = {
    environment() {
      if (read) return read
      const { database, keyFile, pool } = program.opts<{ database?: string; keyFile?: string; pool?: string }>()
      const given = {
        ...env,
        ...(database === undefined ? {} : { DATABASE_PATH: database }),
        ...(pool === undefined ? {} : { MCP_GATEWAY_URL_POOLS: pool }),
      }
      read = readEnvironment(given, keyFile)
      for (const name of SECRET_VARIABLES) delete env[name]
      return read
    },
  }
  const json = argv.includes('--json')
  const program = createProgram(context, env, (wanted) => {
    code = wanted
  })
  if (json) silence(program)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    // Help and version are no errors; for people Commander has printed its own already.
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok
      if (json)
        printError(
          true,
          new AppError('VALIDATION_ERROR', error.message.replace(/^error: /, ''), { next: 'Run it with --help to see what there is.' }),
        )
      return EXIT.usage
    }
    return printError(json, error)
  }
}
