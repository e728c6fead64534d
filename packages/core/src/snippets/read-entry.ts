import { splitCommand } from '@local-mcp/kernel'
import type { RawServer } from './raw-server.ts'

export type Fields = Readonly<Record<string, unknown>>
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The spellings of one field by the clients that have it. */
const URLS = ['url', 'httpUrl', 'serverUrl', 'uri', 'endpoint'] as const
const ENVS = ['env', 'environment', 'envs'] as const
const FOLDERS = ['cwd', 'workingDirectory'] as const
/** Read here, or without a meaning for the gateway. */
const KNOWN = new Set<string>([
  ...URLS,
  ...ENVS,
  ...FOLDERS,
  ...['command', 'cmd', 'args', 'arguments', 'headers', 'http_headers', 'env_http_headers', 'bearer_token_env_var', 'env_vars', 'env_keys'],
  ...['requestOptions', 'requestInit', 'type', 'transport', 'transportType', 'source', 'enabled', 'disabled', 'name', 'id', 'key'],
  ...[
    'timeout',
    'tool_timeout_sec',
    'description',
    'display_name',
    'bundled',
    'version',
    '$schema',
    'apiKey',
    'settings',
    'available_tools',
  ],
  ...['startup_timeout_sec', 'startup_timeout_ms', 'gallery', 'tools', 'schema', 'inputs'],
])

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const first = (fields: Fields, names: readonly string[]) => names.map((name) => text(fields[name])).find((value) => value?.trim())

/** The command, whatever its shape: one text, a list, or Zed's `{ path, args, env }`. */
function commandOf(fields: Fields): { words: readonly string[]; env: unknown } | null {
  const { command = fields.cmd } = fields
  if (isFields(command)) {
    const path = text(command.path) ?? text(command.command)
    return path?.trim() ? { words: [path, ...list(command.args)], env: command.env } : null
  }
  const args = list(fields.args ?? fields.arguments)
  if (Array.isArray(command)) {
    const words = [...list(command), ...args]
    return words[0]?.trim() ? { words, env: undefined } : null
  }
  const line = text(command)?.trim()
  if (!line) return null
  // A whole line in the place of the program is common; a path with a blank in it is a path.
  if (args.length > 0 || !/\s/.test(line) || /^(?:[/~.]|[A-Za-z]:\\)/.test(line)) return { words: [line, ...args], env: undefined }
  const split = splitCommand(line)
  return { words: [split.command, ...split.args], env: undefined }
}

const scalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)
const list = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.filter(scalar).map(String)
  if (typeof value !== 'string' || value.trim() === '') return []
  const { command, args } = splitCommand(value)
  return [command, ...args]
}
const record = (value: unknown): Record<string, string> =>
  isFields(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, one]) => (one === null ? [[name, '']] : scalar(one) ? [[name, String(one)]] : [])),
      )
    : {}

/** Whether the object says what to run or where to connect. */
export const isTarget = (fields: Fields): boolean => commandOf(fields) !== null || first(fields, URLS) !== undefined

/** References by name, as Codex and Goose have them, in the one spelling. */
const named = (value: unknown): Record<string, string> => Object.fromEntries(list(value).map((name) => [name, `\${env:${name}}`]))

/** One server as one client wrote it. The object is one for which `isTarget` holds. */
export function readEntry(fields: Fields, name: string): RawServer {
  const command = commandOf(fields)
  const kind = String(fields.type ?? fields.transport ?? fields.transportType ?? '').toLowerCase()
  const bearer = text(fields.bearer_token_env_var)
  const apiKey = text(fields.apiKey)
  const options = [fields.requestOptions, fields.requestInit].filter(isFields)
  const seconds =
    typeof fields.tool_timeout_sec === 'number' ? fields.tool_timeout_sec : typeof fields.timeout === 'number' ? fields.timeout : null
  return {
    name: name.trim(),
    ...(command ? { command: command.words[0], args: command.words.slice(1) } : { url: first(fields, URLS)?.trim(), args: [] }),
    env: {
      ...named(fields.env_keys),
      ...named(fields.env_vars),
      ...record(command?.env),
      ...Object.assign({}, ...ENVS.map((key) => record(fields[key]))),
    },
    cwd: command ? first(fields, FOLDERS) : undefined,
    headers: {
      ...(apiKey ? { Authorization: `Bearer ${apiKey}` } : {}),
      ...(bearer ? { Authorization: `Bearer \${env:${bearer}}` } : {}),
      ...record(fields.headers),
      ...record(fields.http_headers),
      ...Object.assign({}, ...options.map(({ headers }) => record(headers))),
      ...Object.fromEntries(Object.entries(record(fields.env_http_headers)).map(([header, variable]) => [header, `\${env:${variable}}`])),
    },
    sse: kind === 'sse',
    timeoutMs: seconds === null ? undefined : milliseconds(seconds),
    hints: fields.disabled === true || fields.enabled === false ? ['disabled'] : [],
    ignored: Object.keys(fields).filter((key) => !KNOWN.has(key) && meansSomething(fields[key])),
  }
}

const meansSomething = (value: unknown) =>
  !(value === false || value === null || value === '' || (Array.isArray(value) && value.length === 0))

/** Some clients count in seconds, some in milliseconds; nobody waits for less than a second or for half an hour. */
function milliseconds(value: number): number | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined
  return Math.min(300_000, Math.max(1000, Math.round(value < 1000 ? value * 1000 : value)))
}
