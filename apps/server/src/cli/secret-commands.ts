import { resolve } from 'node:path'
import type { KeyPlace, Secret, VaultStatus } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import type { Command } from 'commander'
import { withOperations } from './gateway-client.ts'
import { hiddenInput } from './hidden-input.ts'
import { print, table } from './output.ts'
import type { CommandContext } from './program.ts'

const PLACES: Readonly<Record<string, KeyPlace>> = { keychain: 'os', passphrase: 'passphrase', file: 'file', environment: 'env' }
const wordOf = (place: KeyPlace | null) => Object.keys(PLACES).find((word) => PLACES[word] === place) ?? 'nowhere yet'
const day = (at: number | null) => (at === null ? 'never' : new Date(at).toISOString().slice(0, 10))

/** What a line of the ledger is called. */
const nameOf: Readonly<Record<Secret['kind'], (name: string, id: string) => string>> = {
  named: (name) => name,
  api_key: (_, id) => `API key (${id})`,
  source: (name) => `source ${name}`,
  sign_in: (name) => `sign-in as ${name}`,
  client_secret: (name) => `client secret at ${name}`,
}

function statusText({ state, place, keyFile, problem, stored }: VaultStatus): string {
  return [
    `${state}: ${stored} values are stored as ciphertext`,
    `The key is kept in: ${wordOf(place)}${keyFile ? ` (${keyFile})` : ''}`,
    ...(problem ? [`${problem.code}: ${problem.message}`, problem.next] : []),
  ].join('\n')
}

async function newPassphrase(): Promise<string> {
  const passphrase = await hiddenInput('New passphrase')
  if (process.stdin.isTTY && (await hiddenInput('The same again')) !== passphrase)
    throw new AppError('VALIDATION_ERROR', 'The two are not the same', { next: 'Nothing was changed. Try again.' })
  return passphrase
}

export function addSecretCommands(program: Command, context: CommandContext): void {
  const secret = program.command('secret').description('Store keys and passwords of servers, sealed')

  secret
    .command('set')
    .description('Store a secret, or replace it. The value is asked for, or read from stdin; never an argument')
    .argument('<name>', 'name, for {{secret:name}} in variables and headers of servers')
    .option('--json', 'answer in JSON')
    .action(async (name: string, flags: { json?: boolean }) => {
      const value = await hiddenInput(`Value of ${name}`)
      const stored = await withOperations(context.environment(), async ({ secrets }) => {
        const known = (await secrets.list()).some((one) => one.kind === 'named' && one.name === name)
        return known ? secrets.replace({ secret: name, value }) : secrets.create({ name, value })
      })
      print(flags.json ?? false, stored, `Stored "${name}". Write {{secret:${name}}} in a variable or header of a server.`)
    })

  secret
    .command('ls')
    .description('List what is stored; values are never shown')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const list = await withOperations(context.environment(), ({ secrets }) => secrets.list())
      const rows = list.map(({ id, name, kind, hint, usedBy, lastUsedAt }) => [
        nameOf[kind](name, id),
        'database, sealed',
        hint === null ? '••••' : `••••${hint}`,
        usedBy.map((server) => `${server.name}${server.deleted ? ' (deleted)' : ''}`).join(', ') || '-',
        day(lastUsedAt),
      ])
      print(flags.json ?? false, list, table(['NAME', 'STORED IN', 'VALUE', 'USED BY', 'LAST USED'], rows))
    })

  secret
    .command('rm')
    .description('Delete a secret')
    .argument('<secret>', 'name or id')
    .option('--force', 'also where servers use it: they then say that it is missing')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { force?: boolean; json?: boolean }) => {
      const result = await withOperations(context.environment(), ({ secrets }) =>
        secrets.delete({ secret: ref, ...(flags.force ? { force: true } : {}) }),
      )
      print(flags.json ?? false, { removed: ref, ...result }, `Deleted "${ref}"`)
    })

  secret
    .command('rotate')
    .description('Make a new data key and seal every value with it')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const result = await withOperations(context.environment(), ({ secrets }) => secrets.rotate())
      const left = result.left > 0 ? `; ${result.left} damaged values were left as they are` : ''
      print(flags.json ?? false, result, `Sealed ${result.sealed} values with a new key${left}`)
    })

  secret
    .command('purge-keys')
    .description('Forget the keys from before rotations; secrets in backups from then cannot be opened any more')
    .option('--yes', 'do it')
    .option('--json', 'answer in JSON')
    .action(async (flags: { yes?: boolean; json?: boolean }) => {
      if (!flags.yes) {
        const { formerKeys } = await withOperations(context.environment(), ({ secrets }) => secrets.vault())
        print(
          flags.json ?? false,
          { formerKeys, purged: 0 },
          `There are ${formerKeys} former keys. Nothing was forgotten. To do it, add --yes.`,
        )
        return
      }
      const result = await withOperations(context.environment(), ({ secrets }) => secrets.purgeKeys())
      const kept = result.kept > 0 ? `; ${result.kept} are kept, because damaged values are sealed with them` : ''
      print(flags.json ?? false, result, `Forgot ${result.purged} former keys${kept}`)
    })

  secret
    .command('status')
    .description('Say where the key is kept and whether the secrets can be opened')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const status = await withOperations(context.environment(), ({ secrets }) => secrets.vault())
      print(flags.json ?? false, status, statusText(status))
    })

  secret
    .command('unlock')
    .description('Look for the key anew; the passphrase, where it needs one, is asked for or read from stdin')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const status = await withOperations(context.environment(), async ({ secrets }) => {
        const before = await secrets.vault()
        if (before.state === 'ready') return before
        return secrets.unlock(before.place === 'passphrase' ? { passphrase: await hiddenInput('Passphrase') } : {})
      })
      print(flags.json ?? false, status, statusText(status))
      if (status.state !== 'ready' && status.state !== 'absent')
        throw new AppError('SECRETS_LOCKED', status.problem?.message ?? 'The secrets are still locked', {
          next: status.problem?.next ?? '',
        })
    })

  secret
    .command('keep')
    .description('Choose where the key is kept; one that exists moves there')
    .argument('<place>', Object.keys(PLACES).join(', '))
    .option('--file <path>', 'path of the key file; absent: beside the database')
    .option('--json', 'answer in JSON')
    .action(async (word: string, flags: { file?: string; json?: boolean }) => {
      const place = PLACES[word]
      if (!place)
        throw new AppError('VALIDATION_ERROR', `"${word}" is no place for the key`, {
          next: `Use one of: ${Object.keys(PLACES).join(', ')}.`,
        })
      const passphrase = place === 'passphrase' ? await newPassphrase() : undefined
      const status = await withOperations(context.environment(), ({ secrets }) =>
        secrets.keep({
          place,
          ...(passphrase === undefined ? {} : { passphrase }),
          ...(flags.file === undefined ? {} : { keyFile: resolve(flags.file) }),
        }),
      )
      print(flags.json ?? false, status, statusText(status))
    })
}
