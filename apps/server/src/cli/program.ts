import { createLogger, systemClock } from '@local-mcp/kernel'
import { doctorFile, migrateDatabase, migrationStatus } from '@local-mcp/runtime'
import { Command, CommanderError } from 'commander'
import { type Environment, readEnvironment } from '../environment.ts'
import { EXIT } from '../exit-codes.ts'
import { logToStderr } from '../log-sink.ts'
import { version } from '../package.ts'
import { serve, untilAskedToEnd } from '../serve.ts'
import { freshLink } from './gateway-client.ts'
import { print, printError } from './output.ts'
import { addProfileCommands } from './profile-commands.ts'
import { addSalvageCommand } from './salvage-command.ts'
import { addServerCommands } from './server-commands.ts'
import { addTokenCommands } from './token-commands.ts'

export interface CommandContext {
  /** Read when a command runs, so that `--help` works whatever the environment says. */
  environment(): Environment
}

const MARK = { ok: '✓', info: '·', warning: '!', error: '✗' } as const

async function runServe(context: CommandContext, env: NodeJS.ProcessEnv, json: boolean): Promise<void> {
  const asked = untilAskedToEnd()
  const serving = await serve({ environment: context.environment(), env, json })
  const { mcpUrl, uiUrl, databasePath } = serving
  print(
    json,
    { event: 'ready', mcpUrl, uiUrl },
    [
      '',
      `Local MCP Gateway ${version}`,
      '',
      `  Open        ${uiUrl}`,
      `  Clients     ${mcpUrl}/<profile>`,
      `  Data        ${databasePath}`,
      '',
      'Press Ctrl-C to stop.',
      '',
    ].join('\n'),
  )
  await asked
  await serving.close()
}

function createProgram(context: CommandContext, env: NodeJS.ProcessEnv, done: (code: number) => void): Command {
  const program = new Command('local-mcp-gateway')
    .description('One local endpoint for all your MCP servers.')
    .version(version)
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
  addProfileCommands(program, context)
  addTokenCommands(program, context)
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
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const result = await migrateDatabase(databaseOptions())
      const text =
        result.applied.length === 0
          ? `Already at version ${result.to}`
          : `From version ${result.from} to ${result.to}: ${result.applied.join(', ')}`
      print(flags.json ?? false, result, text)
    })

  program
    .command('status')
    .description('Say which version the database has; changes nothing')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const status = await migrationStatus(databaseOptions())
      print(flags.json ?? false, status, JSON.stringify(status, null, 2))
    })

  program
    .command('doctor')
    .description('Look at the database file and say what is wrong with it; changes nothing')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const findings = await doctorFile(context.environment().databasePath)
      const text = findings
        .map(({ level, check, message, next }) => `${MARK[level]} ${check}: ${message}${next ? `\n    ${next}` : ''}`)
        .join('\n')
      print(flags.json ?? false, findings, text)
      if (findings.some(({ level }) => level === 'error')) done(EXIT.failure)
    })

  return program
}

/** Runs one command line. @returns the exit code */
export async function runCli(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  let code: number = EXIT.ok
  let read: Environment | null = null
  const context: CommandContext = {
    environment() {
      read ??= readEnvironment(env)
      return read
    },
  }
  const program = createProgram(context, env, (wanted) => {
    code = wanted
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    // Commander has printed its own errors already; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    return printError(argv.includes('--json'), error)
  }
}
