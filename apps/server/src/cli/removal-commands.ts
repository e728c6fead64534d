import { AppError } from '@local-mcp/kernel'
import type { Command } from 'commander'
import { withOperations } from './gateway-client.ts'
import { print } from './output.ts'
import type { CommandContext } from './program.ts'

/** Taking servers away, and back. @param server the command that these are below */
export function addRemovalCommands(server: Command, context: CommandContext): void {
  server
    .command('rm')
    .description('Remove a server; `server restore` brings it back')
    .argument('<server>', 'name, slug or id')
    .option('--if-unused', 'only where no profile has it')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { ifUnused?: boolean; json?: boolean }) => {
      const result = await withOperations(context.environment(), (operations) =>
        operations.servers.delete({ server: ref, ifUnused: flags.ifUnused ?? false }),
      )
      const lost = result.profileIds.length === 0 ? '' : `, from ${result.profileIds.length} profile(s)`
      print(
        flags.json ?? false,
        { removed: ref, ...result },
        `Removed "${ref}"${lost}\nIt keeps its endpoint. Bring it back with \`server restore\`, or end it for good with \`server purge\`.`,
      )
    })

  server
    .command('restore')
    .description('Bring a removed server back as it was')
    .argument('<server>', 'name, slug or id')
    .option('--new-name <name>', 'where another server has its name by now')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { newName?: string; json?: boolean }) => {
      const restored = await withOperations(context.environment(), (operations) =>
        operations.servers.restore({ server: ref, ...(flags.newName === undefined ? {} : { newName: flags.newName }) }),
      )
      print(flags.json ?? false, restored, `Restored "${restored.name}" (${restored.slug}) at ${restored.endpoint}`)
    })

  server
    .command('purge')
    .description('End a removed server for good: its tokens and secrets are erased, its endpoint is free')
    .argument('<server>', 'name, slug or id')
    .option('--yes', 'do it')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { yes?: boolean; json?: boolean }) => {
      if (!flags.yes)
        throw new AppError('VALIDATION_ERROR', `Purging "${ref}" cannot be taken back`, { next: 'Repeat the command with --yes.' })
      await withOperations(context.environment(), (operations) => operations.servers.purge({ server: ref }))
      print(flags.json ?? false, { purged: ref }, `Purged "${ref}"`)
    })
}
