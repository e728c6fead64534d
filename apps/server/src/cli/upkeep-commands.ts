import type { OfferChanges, ServerRefresh } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import type { Command } from 'commander'
import { withOperations } from './gateway-client.ts'
import { historyText } from './log-commands.ts'
import { numberOf, print } from './output.ts'
import type { CommandContext } from './program.ts'

const REFERENCE = 'name, slug or id'

function describeChanges({ status, ...lists }: ServerRefresh): string {
  const marks = [
    ['added', '+'],
    ['removed', '-'],
    ['modified', '~'],
  ] as const
  const lines = Object.entries(lists).flatMap(([list, changes]: [string, OfferChanges]) =>
    marks.flatMap(([what, mark]) => changes[what].map((name) => `  ${mark} ${list}: ${name}`)),
  )
  return [
    status.problem ? `${status.state} (${status.problem.code})` : status.state,
    ...(lines.length > 0 ? lines : ['  nothing changed']),
  ].join('\n')
}

/** Commands for servers that are there: how they run, and what they say. */
export function addUpkeepCommands(server: Command, context: CommandContext): void {
  server
    .command('history')
    .description('Show what became of a server in the last 30 days, the newest first')
    .argument('<server>', REFERENCE)
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { json?: boolean }) => {
      const moments = await withOperations(context.environment(), (operations) => operations.servers.history({ server: ref }))
      print(flags.json ?? false, moments, historyText(moments))
    })

  server
    .command('logs')
    .description('Print the last things that a server wrote to stderr, 256 KB of them')
    .argument('<server>', REFERENCE)
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { json?: boolean }) => {
      const log = await withOperations(context.environment(), (operations) => operations.servers.logs({ server: ref }))
      const lines = log.lines.map(
        ({ at, source, text }) => `${new Date(at).toISOString()} ${source === 'stdout' ? '(stdout) ' : ''}${text}`,
      )
      const dropped = log.dropped > 0 ? [`(${log.dropped} older lines are no longer kept)`] : []
      print(flags.json ?? false, log, [...dropped, ...(lines.length > 0 ? lines : ['It has written nothing.'])].join('\n'))
    })

  server
    .command('restart')
    .description('End a server and start it anew, also one that was given up')
    .argument('<server>', REFERENCE)
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { json?: boolean }) => {
      const status = await withOperations(context.environment(), (operations) => operations.servers.restart({ server: ref }))
      print(flags.json ?? false, status, status.problem ? `${status.state} (${status.problem.code})` : status.state)
    })

  server
    .command('refresh')
    .description('Connect to a server anew, list what it offers, and say what changed')
    .argument('<server>', REFERENCE)
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { json?: boolean }) => {
      const refreshed = await withOperations(context.environment(), (operations) => operations.servers.refresh({ server: ref }))
      print(flags.json ?? false, refreshed, describeChanges(refreshed))
    })

  server
    .command('keep-alive')
    .description('Keep a server running also when nobody uses it, or not')
    .argument('<server>', REFERENCE)
    .argument('<on|off>', 'on: started with the gateway and never ended for not being used')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, wish: string, flags: { json?: boolean }) => {
      if (wish !== 'on' && wish !== 'off')
        throw new AppError('VALIDATION_ERROR', `"${wish}" is neither on nor off`, { next: 'Write on or off.' })
      const changed = await withOperations(context.environment(), (operations) =>
        operations.servers.update({ server: ref, keepAlive: wish === 'on' }),
      )
      print(flags.json ?? false, changed, `"${changed.name}" is ${changed.keepAlive ? 'kept running' : 'ended when nobody uses it'}`)
    })

  server
    .command('settings')
    .description('Show or change what holds for all servers')
    .option('--idle-minutes <minutes>', 'after how long a command that nobody uses is ended; 0: never')
    .option('--json', 'answer in JSON')
    .action(async (flags: { idleMinutes?: string; json?: boolean }) => {
      const settings = await withOperations(context.environment(), ({ servers }) =>
        flags.idleMinutes === undefined
          ? servers.getSettings()
          : servers.updateSettings({ idleMinutes: numberOf('--idle-minutes', flags.idleMinutes) }),
      )
      const { idleMinutes } = settings
      print(
        flags.json ?? false,
        settings,
        idleMinutes === 0 ? 'Commands are never ended for not being used.' : `A command that nobody used for ${idleMinutes} min is ended.`,
      )
    })
}
