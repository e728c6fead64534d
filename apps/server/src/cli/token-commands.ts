import type { Command } from 'commander'
import { withOperations } from './gateway-client.ts'
import { numberOf, print, table } from './output.ts'
import type { CommandContext } from './program.ts'

const day = (at: number | null, never: string) => (at === null ? never : new Date(at).toISOString().slice(0, 10))

export function addTokenCommands(program: Command, context: CommandContext): void {
  const token = program.command('token').description('Create, list and revoke tokens of clients')

  token
    .command('create')
    .description('Create a token; it is shown this once')
    .requiredOption('--name <name>', 'what uses it, e.g. "Cursor"')
    .option('--profile <slug>', 'profile that it may use (repeatable; every profile if absent)', (value: string, before: string[] = []) => [
      ...before,
      value,
    ])
    .option('--admin', 'let it manage everything over REST too')
    .option('--expires <days>', 'days until it expires, or "never"')
    .option('--json', 'answer in JSON')
    .action(async (flags: { name: string; profile?: string[]; admin?: boolean; expires?: string; json?: boolean }) => {
      const created = await withOperations(context.environment(), (operations) =>
        operations.tokens.create({
          name: flags.name,
          ...(flags.profile ? { profiles: flags.profile } : {}),
          ...(flags.admin ? { access: 'admin' as const } : {}),
          ...(flags.expires === undefined
            ? {}
            : { expiresInDays: flags.expires === 'never' ? null : numberOf('--expires', flags.expires) }),
        }),
      )
      print(flags.json ?? false, created, created.token)
    })

  token
    .command('ls')
    .description('List the tokens')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const tokens = await withOperations(context.environment(), (operations) => operations.tokens.list())
      const rows = tokens.map(({ name, prefix, access, revokedAt, expiresAt, lastUsedAt }) => [
        name,
        `${prefix}…`,
        access,
        revokedAt === null ? `expires ${day(expiresAt, 'never')}` : `revoked ${day(revokedAt, '')}`,
        day(lastUsedAt, 'never used'),
      ])
      print(flags.json ?? false, tokens, table(['NAME', 'TOKEN', 'ACCESS', 'STATE', 'LAST USED'], rows))
    })

  token
    .command('revoke')
    .description('Revoke a token: the next request with it is refused')
    .argument('<token>', 'name or id')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { json?: boolean }) => {
      const revoked = await withOperations(context.environment(), (operations) => operations.tokens.revoke({ token: ref }))
      print(flags.json ?? false, revoked, `Revoked "${revoked.name}"`)
    })
}
