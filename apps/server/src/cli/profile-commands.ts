import type { Command } from 'commander'
import { withOperations } from './gateway-client.ts'
import { print, table } from './output.ts'
import type { CommandContext } from './program.ts'

export function addProfileCommands(program: Command, context: CommandContext): void {
  const profile = program.command('profile').description('List and create profiles, and choose their accounts')

  profile
    .command('ls')
    .description('List the profiles and their endpoints')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const profiles = await withOperations(context.environment(), (operations) => operations.profiles.list())
      const rows = profiles.map(({ name, slug, serverIds, endpoint, isDefault }) => [
        name,
        slug,
        String(serverIds.length),
        endpoint + (isDefault ? '  (default)' : ''),
      ])
      print(flags.json ?? false, profiles, table(['NAME', 'SLUG', 'SERVERS', 'ENDPOINT'], rows))
    })

  profile
    .command('create')
    .description('Create a profile')
    .requiredOption('--name <name>', 'name of the profile')
    .option('--slug <slug>', 'last part of its URL; made from the name if absent')
    .option('--description <text>', 'what it is for')
    .option('--server <server>', 'server to add (repeatable)', (value: string, before: string[] = []) => [...before, value])
    .option('--json', 'answer in JSON')
    .action(async (flags: { name: string; slug?: string; description?: string; server?: string[]; json?: boolean }) => {
      const created = await withOperations(context.environment(), async (operations) => {
        let made = await operations.profiles.create({
          name: flags.name,
          ...(flags.slug === undefined ? {} : { slug: flags.slug }),
          ...(flags.description === undefined ? {} : { description: flags.description }),
        })
        for (const server of flags.server ?? []) made = await operations.profiles.addServer({ profile: made.id, server })
        return made
      })
      print(flags.json ?? false, created, `Created "${created.name}"\n${created.endpoint}`)
    })

  profile
    .command('account')
    .description('Choose as whom calls of this profile to a server are made')
    .argument('<profile>', 'slug, name or id')
    .argument('<server>', 'name, slug or id')
    .argument('<account>', 'name or id; "default" is the default account of the server, also where it is another one later')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, server: string, account: string, flags: { json?: boolean }) => {
      const link = await withOperations(context.environment(), (operations) =>
        operations.profiles.setAccount({ profile: ref, server, account: account === 'default' ? null : account }),
      )
      print(flags.json ?? false, link, `Calls are made as ${account === 'default' ? 'the default account' : `"${account}"`} from now on.`)
    })
}
