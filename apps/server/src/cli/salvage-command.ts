import { resolve } from 'node:path'
import { createLogger, systemClock } from '@local-mcp/kernel'
import { logToStderr, salvageFile } from '@local-mcp/runtime'
import type { Command } from 'commander'
import { version } from '../package.ts'
import { print, table } from './output.ts'
import type { CommandContext } from './program.ts'

export function addSalvageCommand(program: Command, context: CommandContext): void {
  program
    .command('salvage')
    .description('Get the rows that are whole out of a damaged database, into a new file')
    .option('--to <file>', 'the new file; beside the database if absent')
    .option('--swap', 'put the new file in the place of the damaged one, which is kept aside')
    .option('--json', 'answer in JSON')
    .action(async (flags: { to?: string; swap?: boolean; json?: boolean }) => {
      const report = await salvageFile({
        path: context.environment().databasePath,
        appVersion: version,
        clock: systemClock,
        logger: createLogger('warn', systemClock.now, logToStderr(false)),
        to: flags.to === undefined ? undefined : resolve(flags.to),
        swap: flags.swap ?? false,
      })
      const rows = report.tables.map((row) => [
        row.table,
        String(row.kept),
        String(row.damaged),
        row.unreadable === null ? 'unknown' : String(row.unreadable),
        String(row.orphaned),
      ])
      const text = [
        table(['TABLE', 'KEPT', 'DAMAGED', 'UNREADABLE', 'ORPHANED'], rows),
        '',
        `The damaged files are kept as ${report.copies.join(', ')}`,
        `These tables start empty, because their rows cannot be proven: ${report.leftOut.join(', ')}`,
        report.swapped
          ? `The recovered database is in its place: ${report.path}`
          : `The recovered database is ${report.path}\nLook at it with DATABASE_PATH, then run this again with --swap.`,
      ]
      print(flags.json ?? false, report, text.join('\n'))
    })
}
