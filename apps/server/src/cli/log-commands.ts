import type { Call, CallDetail, CallStatus, Hop, LogLevel, LogSettings, ServerMoment } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'
import type { Command } from 'commander'
import { type Operations, withOperations } from './gateway-client.ts'
import { numberOf, print, table } from './output.ts'
import type { CommandContext } from './program.ts'

interface ListFlags {
  readonly profile?: string
  readonly server?: string
  readonly token?: string
  readonly method?: string
  readonly status?: string
  readonly errors?: boolean
  readonly from?: string
  readonly to?: string
  readonly text?: string
  readonly limit?: string
  readonly before?: string
  readonly follow?: boolean
  readonly json?: boolean
}

const time = (at: number) => new Date(at).toISOString()
const took = (ms: number | null) => (ms === null ? '' : `${ms} ms`)

/** A day or a moment such as 2027-01-31 or 2027-01-31T12:00Z, or ms since 1970. @throws AppError VALIDATION_ERROR naming the flag */
function momentOf(flag: string, text: string): number {
  const at = /^\d{12,}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isNaN(at))
    throw new AppError('VALIDATION_ERROR', `${flag} needs a time, not "${text}"`, { next: 'Write it as 2027-01-31T12:00.' })
  return at
}

function filtersOf(flags: ListFlags) {
  const { profile, server, token, method, text } = flags
  const given = Object.entries({ profile, server, token, method, text }).filter(([, value]) => value !== undefined)
  return {
    ...(Object.fromEntries(given) as Partial<Record<'profile' | 'server' | 'token' | 'method' | 'text', string>>),
    ...(flags.status === undefined ? {} : { status: flags.status as CallStatus }),
    ...(flags.errors ? { hasError: true } : {}),
    ...(flags.from === undefined ? {} : { from: momentOf('--from', flags.from) }),
    ...(flags.to === undefined ? {} : { to: momentOf('--to', flags.to) }),
  }
}

const cellsOf = ({ at, status, durationMs, profileSlug, method, tool, clientName, errorCode, id }: Call) => [
  time(at),
  status,
  took(durationMs),
  profileSlug,
  method === 'tools/call' ? tool : `${method} ${tool}`,
  clientName ?? '',
  errorCode ?? '',
  id,
]
const HEAD = ['TIME', 'STATUS', 'TOOK', 'PROFILE', 'WHAT', 'CLIENT', 'ERROR', 'ID']

function hopText(title: string, { protocolVersion, request, response }: Hop): string[] {
  const shown = (text: string | null) => text ?? '(not there)'
  return ['', `${title}${protocolVersion ? ` (${protocolVersion})` : ''}`, `> ${shown(request)}`, `< ${shown(response)}`]
}

function detailText(detail: CallDetail): string {
  const { client, server, truncated, redacted, errorMessage, replayable } = detail
  const notes = [truncated && 'something is cut', redacted && 'something is hidden', replayable && 'can be made again'].filter(Boolean)
  return [
    table(HEAD, [cellsOf(detail)]),
    ...(errorMessage ? ['', errorMessage] : []),
    ...hopText('Client and gateway', client),
    ...(server ? hopText('Gateway and server', server) : ['', 'Between gateway and server it was the same but for the id.']),
    ...(notes.length > 0 ? ['', notes.join(', ')] : []),
  ].join('\n')
}

/** Prints each row that comes, until the command is ended. @throws AppError NOT_READY where the gateway ends */
async function follow({ events, logs }: Operations, flags: ListFlags): Promise<never> {
  for await (const event of await events.subscribe()) {
    if (event.type !== 'call.finished') continue
    const { at, id } = event.call
    // The log itself says whether the row is one of those that are wanted.
    const { rows } = await logs.list({ ...filtersOf(flags), from: at, to: at + 1, limit: 200 })
    const row = rows.find((one) => one.id === id)
    if (row) print(flags.json ?? false, row, cellsOf(row).join('  '))
  }
  throw new AppError('NOT_READY', 'The gateway ended')
}

async function list(context: CommandContext, flags: ListFlags): Promise<void> {
  await withOperations(context.environment(), async (operations, running) => {
    if (flags.follow) {
      if (!running)
        throw new AppError('NOT_READY', 'The gateway does not run, so nothing comes', { next: 'Start it, then repeat the command.' })
      await follow(operations, flags)
    }
    const page = await operations.logs.list({
      ...filtersOf(flags),
      ...(flags.limit === undefined ? {} : { limit: numberOf('--limit', flags.limit) }),
      ...(flags.before === undefined ? {} : { before: flags.before }),
    })
    const older = page.next === null ? [] : ['', `Older ones: --before ${page.next}`]
    print(flags.json ?? false, page, [page.rows.length === 0 ? 'Nothing.' : table(HEAD, page.rows.map(cellsOf)), ...older].join('\n'))
  })
}

interface SettingFlags {
  readonly level?: string
  readonly days?: string
  readonly rows?: string
  readonly megabytes?: string
  readonly json?: boolean
}

const settingsText = ({ level, keepDays, keepRows, keepMegabytes }: LogSettings) =>
  `Level ${level}; kept for ${keepDays} day(s), ${keepRows} rows and ${keepMegabytes} MB, whichever is met first`

function changesOf({ level, days, rows, megabytes }: SettingFlags): Partial<LogSettings> {
  return {
    ...(level === undefined ? {} : { level: level as LogLevel }),
    ...(days === undefined ? {} : { keepDays: numberOf('--days', days) }),
    ...(rows === undefined ? {} : { keepRows: numberOf('--rows', rows) }),
    ...(megabytes === undefined ? {} : { keepMegabytes: numberOf('--megabytes', megabytes) }),
  }
}

export const historyText = (moments: readonly ServerMoment[]): string =>
  moments.length === 0
    ? 'Nothing is known of it.'
    : table(
        ['TIME', 'STATE', 'PID', 'PROBLEM', ''],
        moments.map(({ at, state, pid, code, message }) => [time(at), state, pid === null ? '' : String(pid), code ?? '', message ?? '']),
      )

export function addLogCommands(program: Command, context: CommandContext): void {
  const log = program.command('log').description('The traffic log: which calls were made, and what came of them')

  log
    .command('ls')
    .description('List the calls, the newest first')
    .option('--profile <profile>', 'only those through it')
    .option('--server <server>', 'only those to it')
    .option('--token <id>', 'only those with it')
    .option('--method <method>', 'only those of it, such as tools/call')
    .option('--status <status>', 'pending, success, error, timeout or cancelled')
    .option('--errors', 'only those that failed')
    .option('--from <time>', 'only those since then, e.g. 2027-01-31T12:00')
    .option('--to <time>', 'only those before then')
    .option('--text <text>', 'only those that have it in a name, an error or a payload')
    .option('--limit <n>', 'how many, 200 at most (50 if absent)')
    .option('--before <place>', 'only older ones, as the page before said')
    .option('--follow', 'print those that end from now on, one a line')
    .option('--json', 'answer in JSON')
    .action((flags: ListFlags) => list(context, flags))

  log
    .command('show')
    .description('Show one call with what was sent and what came back, on both sides of the gateway')
    .argument('<id>', 'id of the call')
    .option('--json', 'answer in JSON')
    .action(async (id: string, flags: { json?: boolean }) => {
      const detail = await withOperations(context.environment(), (operations) => operations.logs.get({ log: id }))
      print(flags.json ?? false, detail, detailText(detail))
    })

  log
    .command('clear')
    .description('Remove every row')
    .option('--yes', 'do it')
    .option('--json', 'answer in JSON')
    .action(async (flags: { yes?: boolean; json?: boolean }) => {
      if (!flags.yes)
        throw new AppError('VALIDATION_ERROR', 'Clearing the log cannot be taken back', { next: 'Repeat the command with --yes.' })
      const result = await withOperations(context.environment(), (operations) => operations.logs.clear())
      print(flags.json ?? false, result, `Removed ${result.removed} row(s)`)
    })

  log
    .command('settings')
    .description('Show or set what is written down and for how long')
    .option('--level <level>', 'off, minimal, normal or verbose')
    .option('--days <n>', 'days that rows are kept')
    .option('--rows <n>', 'how many are kept')
    .option('--megabytes <n>', 'how much they may take')
    .option('--json', 'answer in JSON')
    .action(async (flags: SettingFlags) => {
      const changes = changesOf(flags)
      const settings = await withOperations(context.environment(), ({ logs }) =>
        Object.keys(changes).length === 0 ? logs.getSettings() : logs.updateSettings(changes),
      )
      print(flags.json ?? false, settings, settingsText(settings))
    })
}
