import { text } from 'node:stream/consumers'
import { SOURCE_FIELDS, SOURCE_TYPES, type Source, type SourceField, type SourceType } from '@local-mcp/contract'
import { AppError, namesSecret } from '@local-mcp/kernel'
import type { Command } from 'commander'
import { withOperations } from './gateway-client.ts'
import { print, table } from './output.ts'
import type { CommandContext } from './program.ts'

interface ValueFlags {
  readonly set?: string[]
  readonly secretsStdin?: boolean
}

const collect = (value: string, before: string[] = []) => [...before, value]
const invalid = (message: string, next: string) => new AppError('VALIDATION_ERROR', message, { next })

function pairOf(line: string, where: string): readonly [string, string] {
  const at = line.indexOf('=')
  // The line is not shown: it may be a secret.
  if (at < 1) throw invalid(`A line of ${where} is not a pair`, 'Write key=value.')
  return [line.slice(0, at).trim(), line.slice(at + 1)]
}

/** Arguments can be read by every user of this computer, so secrets come through stdin: `key=value` lines, or a JSON object. */
async function secretsFromStdin(): Promise<Record<string, string>> {
  const given = (await text(process.stdin)).trim()
  if (given.startsWith('{')) {
    try {
      const parsed = JSON.parse(given) as Record<string, unknown>
      return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]))
    } catch {
      throw invalid('stdin is not JSON', 'Give one JSON object, or lines of key=value.')
    }
  }
  return Object.fromEntries(
    given
      .split(/\r?\n/)
      .filter(Boolean)
      .map((line) => pairOf(line, 'stdin')),
  )
}

async function valuesOf(type: SourceType, { set = [], secretsStdin }: ValueFlags) {
  const plain = Object.fromEntries(set.map((line) => pairOf(line, '--set')))
  const fields: readonly SourceField[] = SOURCE_FIELDS[type] ?? []
  const exposed = Object.keys(plain).find(
    (key) => fields.find((field) => field.key === key)?.secret ?? (type === 'generic' && namesSecret(key)),
  )
  if (exposed)
    throw invalid(
      `"${exposed}" is a secret, and arguments can be read by other users`,
      `Give it through stdin: echo "${exposed}=…" | … --secrets-stdin`,
    )
  const secrets = secretsStdin ? await secretsFromStdin() : {}
  return { metadata: { ...plain, ...secrets }, secretKeys: type === 'generic' ? Object.keys(secrets) : [] }
}

function describe({ name, type, metadata, serverIds, id }: Source): string {
  return [
    `"${name}" (${type})  ${id}`,
    ...Object.entries(metadata).map(([key, value]) => `  ${key} = ${value}`),
    `  used by ${serverIds.length} server(s)`,
  ].join('\n')
}

export function addSourceCommands(program: Command, context: CommandContext): void {
  const source = program.command('source').description('Credentials and settings that several servers may use')

  source
    .command('ls')
    .description('List the sources')
    .option('--json', 'answer in JSON')
    .action(async (flags: { json?: boolean }) => {
      const sources = await withOperations(context.environment(), (operations) => operations.sources.list())
      const rows = sources.map(({ name, type, metadata, serverIds }) => [
        name,
        type,
        Object.keys(metadata).join(' '),
        String(serverIds.length),
      ])
      print(flags.json ?? false, sources, table(['NAME', 'TYPE', 'KEYS', 'SERVERS'], rows))
    })

  source
    .command('show')
    .description('Show a source; its secrets are masked')
    .argument('<source>', 'name or id')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { json?: boolean }) => {
      const found = await withOperations(context.environment(), (operations) => operations.sources.get({ source: ref }))
      print(flags.json ?? false, found, describe(found))
    })

  source
    .command('add')
    .description('Add a source')
    .requiredOption('--name <name>', 'name of the source')
    .requiredOption('--type <type>', SOURCE_TYPES.join(', '))
    .option('--set <key=value>', 'a value that is not secret (repeatable)', collect)
    .option('--secrets-stdin', 'read the secret values from stdin, as key=value lines or a JSON object')
    .option('--json', 'answer in JSON')
    .action(async (flags: ValueFlags & { name: string; type: string; json?: boolean }) => {
      const type = flags.type as SourceType
      const input = { name: flags.name, type, ...(await valuesOf(type, flags)) }
      const added = await withOperations(context.environment(), (operations) => operations.sources.create(input))
      print(flags.json ?? false, added, `Added ${describe(added)}`)
    })

  source
    .command('edit')
    .description('Change values of a source; the servers that use it start anew')
    .argument('<source>', 'name or id')
    .option('--name <name>', 'another name')
    .option('--set <key=value>', 'a value that is not secret (repeatable)', collect)
    .option('--unset <key>', 'a value to remove (repeatable)', collect)
    .option('--secrets-stdin', 'read the secret values from stdin, as key=value lines or a JSON object')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: ValueFlags & { name?: string; unset?: string[]; json?: boolean }) => {
      const changed = await withOperations(context.environment(), async (operations) => {
        const { id, type, metadata: shown, updatedAt } = await operations.sources.get({ source: ref })
        const { metadata, secretKeys } = await valuesOf(type, flags)
        const all = Object.fromEntries(Object.entries({ ...shown, ...metadata }).filter(([key]) => !flags.unset?.includes(key)))
        return operations.sources.update({
          source: id,
          ...(flags.name === undefined ? {} : { name: flags.name }),
          metadata: all,
          secretKeys,
          updatedAt,
        })
      })
      print(flags.json ?? false, changed, `Changed ${describe(changed)}`)
    })

  source
    .command('rm')
    .description('Remove a source')
    .argument('<source>', 'name or id')
    .option('--force', 'though servers use it: they then miss it')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { force?: boolean; json?: boolean }) => {
      const result = await withOperations(context.environment(), (operations) =>
        operations.sources.delete({ source: ref, force: flags.force ?? false }),
      )
      const missed = result.serverIds.length === 0 ? '' : `; ${result.serverIds.length} server(s) miss it now`
      print(flags.json ?? false, { removed: ref, ...result }, `Removed "${ref}"${missed}`)
    })
}
