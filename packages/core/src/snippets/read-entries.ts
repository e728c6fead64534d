import type { SkippedEntry } from '@local-mcp/contract'
import type { RawServer, RawSnippet } from './raw-server.ts'
import { type Fields, isFields, isTarget, readEntry } from './read-entry.ts'
import type { Structure } from './read-structured.ts'
import { unreadable } from './unreadable.ts'

/**
 * Where clients keep their servers: Claude, Cursor, Windsurf, Gemini CLI, Cline, Continue (`mcpServers`), VS Code
 * (`servers`, in settings below `mcp`), Zed (`context_servers`), Codex (`mcp_servers`), opencode and crush (`mcp`),
 * Goose (`extensions`), Amp (`amp.mcpServers`).
 */
const CONTAINERS = [
  'mcpServers',
  'servers',
  'context_servers',
  'mcp_servers',
  'mcp',
  'extensions',
  'amp.mcpServers',
  'mcp.servers',
] as const

type Path = readonly (string | number)[]
interface Found {
  readonly server: Fields
  readonly name: string
  readonly path: Path
}

/** More than anybody has; a snippet with more is not a list of servers. */
const MOST = 100

/**
 * Finds the servers in what a configuration file holds.
 *
 * @throws AppError SNIPPET_UNREADABLE where there are none
 */
export function readEntries({ form, value, locate }: Structure): RawSnippet & { skipped: SkippedEntry[] } {
  const found: Found[] = []
  const skipped: SkippedEntry[] = []
  const skip = (name: string, reason: SkippedEntry['reason'], path: Path) => {
    if (skipped.length < MOST) skipped.push({ name, reason, ...(locate(path) ?? { line: null, column: null }) })
  }

  const collect = (inside: unknown, path: Path): void => {
    const entries: [string | number, unknown][] = Array.isArray(inside) ? [...inside.entries()] : Object.entries(inside as Fields)
    for (const [key, entry] of entries) {
      const at = [...path, key]
      const name = typeof key === 'string' ? key : ''
      if (!isFields(entry)) skip(name, 'not_a_server', at)
      else if (found.length >= MOST) skip(name, 'too_many', at)
      else if (isTarget(entry)) found.push({ server: entry, name, path: at })
      else skip(name || nameOf(entry), isForeign(entry) ? 'foreign_kind' : 'no_target', at)
    }
  }

  const search = (inside: unknown, path: Path, depth: number): boolean => {
    if (Array.isArray(inside)) {
      if (!inside.some((entry) => isFields(entry) && isTarget(entry))) return false
      collect(inside, path)
      return true
    }
    if (!isFields(inside)) return false
    if (isTarget(inside)) {
      found.push({ server: inside, name: '', path })
      return true
    }
    let any = false
    for (const key of CONTAINERS) {
      const part = inside[key]
      if (part === undefined || typeof part !== 'object' || part === null) continue
      // In `mcp` VS Code has `servers` and `inputs`, others the servers themselves.
      if (isFields(part) && CONTAINERS.some((inner) => isFields(part[inner])) && depth < 3)
        any = search(part, [...path, key], depth + 1) || any
      else {
        collect(part, [...path, key])
        any = true
      }
    }
    if (any) return true
    if (Object.values(inside).some((entry) => isFields(entry) && isTarget(entry))) {
      collect(inside, path)
      return true
    }
    // One step down: `augment.advanced`, `mcp` below a tool's own name.
    return depth < 2 && Object.entries(inside).some(([key, part]) => isFields(part) && search(part, [...path, key], depth + 1))
  }

  search(value, [], 0)
  if (found.length === 0)
    throw unreadable(nothing(form, value, skipped), skipped[0]?.line ? { line: skipped[0].line, column: skipped[0].column! } : locate([]))
  const servers = found.map(({ server, name }): RawServer => readEntry(server, name || nameOf(server)))
  return { servers, inputs: readInputs(value), skipped }
}

const nameOf = (entry: Fields): string =>
  [entry.name, entry.id, entry.key].find((name): name is string => typeof name === 'string' && name.trim() !== '') ?? ''

/** Kinds of extensions that live inside their client. */
const isForeign = ({ type, source }: Fields) =>
  ['builtin', 'platform', 'frontend', 'inline_python'].includes(String(type)) || source === 'extension'

/** Names of keys are told, their values never. */
function nothing(form: string, value: unknown, skipped: readonly SkippedEntry[]): string {
  const what = `Read as ${form.toUpperCase()}`
  if (skipped.length > 0) {
    const names = skipped.map(({ name }) => (name === '' ? 'an entry without a name' : `"${name.slice(0, 60)}"`))
    return `${what}: ${names.slice(0, 5).join(', ')} ${skipped.length === 1 ? 'has' : 'have'} neither a command nor a URL that the gateway could use`
  }
  if (!isFields(value)) return `${what}, but there is no server in it`
  const keys = Object.keys(value).slice(0, 5)
  const seen = keys.length === 0 ? 'it is empty' : `it has ${keys.map((key) => `"${key.slice(0, 40)}"`).join(', ')}`
  return `${what}: ${seen}, but no server, which would have a "command" or a "url"`
}

/** VS Code's `inputs`, beside its `servers` wherever those are. */
export function readInputs(value: unknown): RawSnippet['inputs'] {
  const places = isFields(value) ? [value, value.mcp] : []
  const lists = places.flatMap((place) => (isFields(place) && Array.isArray(place.inputs) ? (place.inputs as unknown[]) : []))
  return new Map(
    lists.filter(isFields).flatMap(({ id, description, password, default: fallback }) =>
      typeof id === 'string'
        ? [
            [
              id,
              {
                text: typeof description === 'string' ? description.slice(0, 300) : null,
                secret: password === true,
                fallback: typeof fallback === 'string' && fallback !== '' ? fallback : null,
              },
            ] as const,
          ]
        : [],
    ),
  )
}
