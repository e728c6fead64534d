import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Backup, BackupCounts, Replacement, RestorePreview } from '@local-mcp/contract'
import { AppError, createLogger, systemClock } from '@local-mcp/kernel'
import { lockInstance, logToStderr, migrateDatabase, openBackups } from '@local-mcp/runtime'
import type { Command } from 'commander'
import { version } from '../package.ts'
import { throughGateway, withOperations } from './gateway-client.ts'
import { print, table } from './output.ts'
import type { CommandContext } from './program.ts'

/** How long the gateway may take to come back with another database, in ms. */
const RESTART_WAIT = 60_000

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`
const minute = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
const some = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`
const counts = ({ profiles, servers, tokens }: BackupCounts) =>
  `${some(profiles, 'profile')}, ${some(servers, 'server')}, ${some(tokens, 'token')}`

function previewText({ path, createdAt, schemaVersion, appVersion, holds, now, toApprove }: RestorePreview): string {
  return [
    path,
    `  made      ${minute(createdAt)}, version ${schemaVersion} (app ${appVersion})`,
    `  holds     ${counts(holds)}`,
    `  now       ${now ? counts(now) : 'the database cannot be read'}`,
    ...(toApprove > 0
      ? [`  approval  ${some(toApprove, 'server')} that ${toApprove === 1 ? 'runs' : 'run'} a command: to be approved again`]
      : []),
  ].join('\n')
}

const listText = (backups: readonly Backup[]) =>
  table(
    ['MADE', 'KIND', 'SIZE', 'VERSION', 'FILE'],
    backups.map(({ createdAt, kind, sizeBytes, schemaVersion, path, missing }) => [
      minute(createdAt),
      kind,
      megabytes(sizeBytes),
      String(schemaVersion),
      missing ? `${path} (missing)` : path,
    ]),
  )

/** Ends with the error that kept the database from being replaced. */
function assertDone(outcome: Replacement | null): Replacement {
  if (outcome?.error) throw new AppError(outcome.error.code, outcome.error.message)
  if (!outcome) throw new AppError('RESTORE_FAILED', 'Nothing is known of how it ended')
  return outcome
}

export function addBackupCommands(program: Command, context: CommandContext): void {
  const databaseOptions = () => ({
    path: context.environment().databasePath,
    appVersion: version,
    clock: systemClock,
    logger: createLogger('warn', systemClock.now, logToStderr(false)),
  })
  /** Works also where the database does not open. */
  const files = () => openBackups(databaseOptions())

  /** Opening the database carries the order out. */
  async function carryOutHere(): Promise<Replacement> {
    await migrateDatabase(databaseOptions())
    return assertDone(await files().lastReplacement())
  }

  async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const unlock = await lockInstance(context.environment().databasePath)
    try {
      return await work()
    } finally {
      unlock()
    }
  }

  /** Asks the gateway that went down and came back how it ended. One that died instead has left the order to us. */
  async function outcomeOfGateway(since: number): Promise<Replacement> {
    const deadline = performance.now() + RESTART_WAIT
    while (performance.now() < deadline) {
      const answer = await throughGateway(context.environment(), (operations) => operations.data.last()).catch(() => 'restarting' as const)
      if (answer === null) return alone(carryOutHere)
      if (answer !== 'restarting' && answer.result && answer.result.at >= since) return assertDone(answer.result)
      await sleep(100)
    }
    throw new AppError('RESTORE_FAILED', 'The gateway did not come back', { next: 'See what `local-mcp-gateway serve` says.' })
  }

  /** Orders a replacement and sees it through, in the gateway that runs or, where none does, here. */
  async function replace<Ordered>(
    inGateway: Parameters<typeof throughGateway<Ordered>>[1],
    here: () => Promise<Ordered>,
  ): Promise<{ ordered: Ordered; outcome: Replacement }> {
    const since = Date.now()
    const through = await throughGateway(context.environment(), inGateway)
    if (through) return { ordered: through.result, outcome: await outcomeOfGateway(since) }
    return alone(async () => ({ ordered: await here(), outcome: await carryOutHere() }))
  }

  const backup = program
    .command('backup')
    .description('Save a copy of everything, also while the gateway runs')
    .option('--to <folder>', 'folder for the copy; <data folder>/backups if absent')
    .option('--json', 'answer in JSON')
    .action(async (flags: { to?: string; json?: boolean }) => {
      const input = flags.to === undefined ? {} : { to: resolve(flags.to) }
      const made = await withOperations(context.environment(), (operations) => operations.backups.run(input))
      print(flags.json ?? false, made, `${made.path}\n${megabytes(made.sizeBytes)}, SHA-256 ${made.sha256}`)
    })

  backup
    .command('ls')
    .description('List the backups, also where the database does not open')
    .option('--json', 'answer in JSON')
    .action(async (_flags: object, command: Command) => {
      const json = command.optsWithGlobals<{ json?: boolean }>().json ?? false
      const through = await throughGateway(context.environment(), (operations) => operations.backups.list())
      const list = through ? through.result : await files().list()
      print(json, list, list.length === 0 ? 'There are no backups yet.' : listText(list))
    })

  backup
    .command('settings')
    .description('Show how many scheduled backups are kept, or change it; those you make yourself are always kept')
    .option('--keep-daily <days>', 'keep the newest of so many days', Number)
    .option('--keep-weekly <weeks>', 'keep the newest of so many weeks', Number)
    .option('--json', 'answer in JSON')
    .action(async (changes: { keepDaily?: number; keepWeekly?: number }, command: Command) => {
      const json = command.optsWithGlobals<{ json?: boolean }>().json ?? false
      const { keepDaily, keepWeekly } = changes
      const settings = await withOperations(context.environment(), ({ backups }) =>
        keepDaily === undefined && keepWeekly === undefined ? backups.getSettings() : backups.updateSettings({ keepDaily, keepWeekly }),
      )
      print(json, settings, `Kept of the scheduled backups: ${settings.keepDaily} days, ${settings.keepWeekly} weeks`)
    })

  program
    .command('restore')
    .description('Show what a backup holds and, with --yes, put it in the place of what is there')
    .argument('<file>', 'path, or name from `backup ls`')
    .option('--yes', 'do it')
    .option('--json', 'answer in JSON')
    .action(async (file: string, flags: { yes?: boolean; json?: boolean }) => {
      const ref = { backup: /[/\\]|^\.+$/.test(file) ? resolve(file) : file }
      if (!flags.yes) {
        const through = await throughGateway(context.environment(), (operations) => operations.backups.preview(ref))
        const preview = through ? through.result : await files().preview(ref.backup)
        print(flags.json ?? false, { restored: false, preview }, `${previewText(preview)}\nNothing was changed. To restore it, add --yes.`)
        return
      }
      const { ordered: preview, outcome } = await replace(
        (operations) => operations.backups.restore(ref),
        () => files().stageRestore(ref.backup),
      )
      print(
        flags.json ?? false,
        { restored: true, preview, keptIn: outcome.keptIn },
        `${previewText(preview)}\nRestored.${outcome.keptIn ? ` What was there is in ${outcome.keptIn}` : ''}`,
      )
    })

  program
    .command('reset')
    .description('Begin anew: back up, then remove every server, profile and token')
    .requiredOption('--confirm <word>', 'type: reset')
    .option('--json', 'answer in JSON')
    .action(async (flags: { confirm: string; json?: boolean }) => {
      if (flags.confirm !== 'reset') {
        throw new AppError('VALIDATION_ERROR', 'The word is "reset"', {
          next: 'Run: local-mcp-gateway reset --confirm reset',
          fields: [{ path: ['confirm'], message: 'Type reset' }],
        })
      }
      const { ordered: before, outcome } = await replace(
        (operations) => operations.data.reset({ confirm: 'reset' }),
        () => files().stageReset(),
      )
      // A gateway has made these already; without one they are made by the first command.
      await withOperations(context.environment(), (operations) => operations.profiles.list())
      print(
        flags.json ?? false,
        { reset: true, backup: before, keptIn: outcome.keptIn },
        before
          ? `Reset. To undo it within 30 days: local-mcp-gateway restore "${before.path}" --yes`
          : `Reset. What was there is in ${outcome.keptIn}`,
      )
    })
}
