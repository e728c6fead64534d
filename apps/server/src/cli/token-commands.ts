import { type ClientToken, DAYS, type Right, type TimeWindow, type TokenUsage } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import type { Command } from 'commander'
import { withOperations } from './gateway-client.ts'
import { numberOf, print, table } from './output.ts'
import type { CommandContext } from './program.ts'

const day = (at: number | null, never: string) => (at === null ? never : new Date(at).toISOString().slice(0, 10))
const many = (value: string, before: string[] = []) => [...before, value]
const LIMITS = { perMinute: 'a minute', perHour: 'an hour', perDay: 'a day', total: 'in all' } as const

interface CreateFlags {
  readonly name: string
  readonly description?: string
  readonly profile?: string[]
  readonly server?: string[]
  readonly permission?: string[]
  readonly admin?: boolean
  readonly from?: string[]
  readonly days?: string
  readonly hours?: string
  readonly zone?: string
  readonly perMinute?: string
  readonly perHour?: string
  readonly perDay?: string
  readonly total?: string
  readonly expires?: string
  readonly json?: boolean
}

/** `90`, `never`, or a day such as 2027-01-31, of which the token sees nothing any more. */
function expiryOf(text: string | undefined): { expiresInDays?: number | null; expiresAt?: number } {
  if (text === undefined) return {}
  if (text === 'never') return { expiresInDays: null }
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text))) return { expiresAt: Date.parse(text) }
  return { expiresInDays: numberOf('--expires', text) }
}

function windowOf({ days, hours, zone }: CreateFlags): { timeWindow?: TimeWindow } {
  if (days === undefined && hours === undefined && zone === undefined) return {}
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(hours ?? '') ?? []
  if (hours !== undefined && from === undefined)
    throw new AppError('VALIDATION_ERROR', `--hours needs two times, not "${hours}"`, { next: 'Write them as 09:00-17:00.' })
  return {
    timeWindow: {
      ...(days === undefined ? {} : { days: days.split(',').map((one) => one.trim().toLowerCase()) as TimeWindow['days'] }),
      ...(from === undefined || to === undefined ? {} : { from, to }),
      zone: zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
  }
}

function limitsOf(flags: CreateFlags) {
  const given = Object.entries({
    perMinute: flags.perMinute,
    perHour: flags.perHour,
    perDay: flags.perDay,
    total: flags.total,
  }).flatMap(([key, text]) => (text === undefined ? [] : [[key, numberOf(`--${key}`, text)] as const]))
  return given.length === 0 ? {} : { usageLimits: Object.fromEntries(given) }
}

function limitedTo({ profileIds, serverIds, addresses, timeWindow, usageLimits }: ClientToken): string {
  return [
    profileIds && `${profileIds.length} profile(s)`,
    serverIds && `${serverIds.length} server(s)`,
    addresses?.join(' '),
    timeWindow && [timeWindow.days?.join(), `${timeWindow.from ?? '00:00'}-${timeWindow.to ?? '24:00'}`, timeWindow.zone].join(' '),
    ...Object.entries(LIMITS).map(([key, words]) => {
      const limit = usageLimits?.[key as keyof typeof LIMITS]
      return limit === undefined ? null : `${limit} ${words}`
    }),
  ]
    .filter(Boolean)
    .join(', ')
}

function usageText({ stats, rows, next }: TokenUsage): string {
  const { total, ok, blocked, averageMs, since, topEndpoints } = stats
  if (total === 0) return 'It was not used, or that is no longer kept.'
  const shown = rows.map(({ at, method, endpoint, statusCode, durationMs, blockReason, address }) => [
    new Date(at).toISOString(),
    method,
    endpoint,
    String(statusCode),
    durationMs === null ? '' : `${durationMs} ms`,
    blockReason ?? '',
    address ?? '',
  ])
  return [
    `${total} request(s) since ${day(since, '')}: ${ok} ok, ${blocked} blocked${averageMs === null ? '' : `, ${Math.round(averageMs * 10) / 10} ms on average`}`,
    ...topEndpoints.map(({ endpoint, count }) => `  ${count}  ${endpoint}`),
    '',
    table(['TIME', 'METHOD', 'ENDPOINT', 'STATUS', 'TOOK', 'BLOCKED', 'FROM'], shown),
    ...(next === null ? [] : ['', `Older ones: --before ${next}`]),
  ].join('\n')
}

export function addTokenCommands(program: Command, context: CommandContext): void {
  const token = program.command('token').description('Create, list, look at and revoke tokens of clients')

  token
    .command('create')
    .description('Create a token; it is shown this once')
    .requiredOption('--name <name>', 'what uses it, e.g. "Cursor"')
    .option('--description <text>', 'what it is for')
    .option('--profile <slug>', 'profile that it may use (repeatable; every profile if absent)', many)
    .option('--server <slug>', 'server that it may use (repeatable; every server if absent)', many)
    .option('--permission <right>', 'right that it has, such as tools.read (repeatable; tools.read and tools.execute if absent)', many)
    .option('--admin', 'let it manage everything over REST too')
    .option('--from <address>', 'address or network that it may come from, e.g. 127.0.0.0/8 (repeatable)', many)
    .option('--days <days>', `days on which it may be used: ${DAYS.join()}`)
    .option('--hours <from-to>', 'hours in which it may be used, e.g. 09:00-17:00')
    .option('--zone <zone>', 'time zone of these, e.g. Europe/Prague (that of this computer if absent)')
    .option('--per-minute <n>', 'requests that it may make in a minute')
    .option('--per-hour <n>', 'the same in an hour')
    .option('--per-day <n>', 'the same in a day')
    .option('--total <n>', 'the same in all')
    .option('--expires <days>', 'days until it expires, a day such as 2027-01-31, or "never" (90 if absent)')
    .option('--json', 'answer in JSON')
    .action(async (flags: CreateFlags) => {
      const created = await withOperations(context.environment(), (operations) =>
        operations.tokens.create({
          name: flags.name,
          ...(flags.description === undefined ? {} : { description: flags.description }),
          ...(flags.profile ? { profiles: flags.profile } : {}),
          ...(flags.server ? { servers: flags.server } : {}),
          ...(flags.permission ? { permissions: flags.permission as Right[] } : {}),
          ...(flags.admin ? { access: 'admin' as const } : {}),
          ...(flags.from ? { addresses: flags.from } : {}),
          ...windowOf(flags),
          ...limitsOf(flags),
          ...expiryOf(flags.expires),
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
      const rows = tokens.map((one) => [
        one.name,
        one.variable ? 'environment' : `${one.prefix}…`,
        one.access === 'custom' ? one.permissions.join() : one.access,
        one.revokedAt === null ? `expires ${day(one.expiresAt, 'never')}` : `revoked ${day(one.revokedAt, '')}`,
        day(one.lastUsedAt, 'never used'),
        limitedTo(one),
      ])
      print(flags.json ?? false, tokens, table(['NAME', 'TOKEN', 'ACCESS', 'STATE', 'LAST USED', 'LIMITED TO'], rows))
    })

  token
    .command('usage')
    .description('Show which requests were made with a token')
    .argument('<token>', 'name or id')
    .option('--limit <n>', 'how many, 200 at most')
    .option('--before <number>', 'only older ones, as the page before said')
    .option('--json', 'answer in JSON')
    .action(async (ref: string, flags: { limit?: string; before?: string; json?: boolean }) => {
      const usage = await withOperations(context.environment(), (operations) =>
        operations.tokens.usage({
          token: ref,
          ...(flags.limit === undefined ? {} : { limit: numberOf('--limit', flags.limit) }),
          ...(flags.before === undefined ? {} : { before: numberOf('--before', flags.before) }),
        }),
      )
      print(flags.json ?? false, usage, usageText(usage))
    })

  token
    .command('limits')
    .description('Show or set how many requests a minute every token may make')
    .option('--mcp <n>', 'to endpoints of MCP; 0: any number')
    .option('--api <n>', 'to everything else; 0: any number')
    .option('--json', 'answer in JSON')
    .action(async (flags: { mcp?: string; api?: string; json?: boolean }) => {
      const limits = await withOperations(context.environment(), ({ tokens }) =>
        flags.mcp === undefined && flags.api === undefined
          ? tokens.getRateLimits()
          : tokens.updateRateLimits({
              ...(flags.mcp === undefined ? {} : { mcpPerMinute: numberOf('--mcp', flags.mcp) }),
              ...(flags.api === undefined ? {} : { apiPerMinute: numberOf('--api', flags.api) }),
            }),
      )
      const words = (limit: number) => (limit === 0 ? 'any number' : String(limit))
      print(
        flags.json ?? false,
        limits,
        `Requests a minute of each token: MCP ${words(limits.mcpPerMinute)}, everything else ${words(limits.apiPerMinute)}`,
      )
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
