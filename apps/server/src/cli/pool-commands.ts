import type { Pool, PoolSlot } from '@local-mcp/contract'
import type { Command } from 'commander'
import { withOperations } from './gateway-client.ts'
import { print, table } from './output.ts'
import type { CommandContext } from './program.ts'

const WARNINGS = {
  not_loopback: 'reachable only if you route that name to this computer',
  other_port: 'the gateway does not listen on that port',
} as const

function stateOf({ holder, retiredAt, warning }: PoolSlot): string {
  const held = holder ? (holder.deletedAt === null ? 'taken' : 'deleted') : retiredAt === null ? 'free' : ''
  return [held, retiredAt === null ? '' : 'retired', warning ? WARNINGS[warning] : ''].filter(Boolean).join(', ')
}

function describe({ slots, free, bad, moved }: Pool, all: boolean): string {
  // A long tail of free generated slots says nothing.
  const shown = all ? slots : slots.filter(({ holder, retiredAt, warning }) => holder || retiredAt !== null || warning)
  const rows = shown.map((slot) => [String(slot.slot), slot.url, slot.holder ? (slot.holder.name ?? '?') : '-', stateOf(slot)])
  return [
    table(['SLOT', 'URL', 'HOLDER', 'STATE'], rows),
    ...bad.map(({ entry, reason }) => `skipped: ${entry} (${reason})`),
    ...(moved > 0 ? [`The port changed: ${moved} server(s) have another URL. Update the clients that use it.`] : []),
    `${free} free of ${slots.length}`,
  ].join('\n')
}

export function addPoolCommands(program: Command, context: CommandContext): void {
  const pool = program.command('pool').description('The addresses that single servers get')

  pool
    .command('ls')
    .description('List the addresses and who has them')
    .option('--all', 'the free ones too')
    .option('--json', 'answer in JSON')
    .action(async (flags: { all?: boolean; json?: boolean }) => {
      const found = await withOperations(context.environment(), (operations) => operations.pool.get())
      print(flags.json ?? false, found, describe(found, flags.all ?? false))
    })

  pool
    .command('set')
    .description('Say which addresses there are, in order; without any, they are generated')
    .argument('[urls...]', 'addresses')
    .option('--json', 'answer in JSON')
    .action(async (urls: string[], flags: { json?: boolean }) => {
      const found = await withOperations(context.environment(), (operations) =>
        operations.pool.configure({ urls: urls.length === 0 ? null : urls }),
      )
      print(flags.json ?? false, found, describe(found, false))
    })
}
