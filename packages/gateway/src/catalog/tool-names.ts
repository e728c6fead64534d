import { createHash } from 'node:crypto'
import type { ToolNaming } from '@local-mcp/contract'

/**
 * Model APIs take 64 characters, and clients put `mcp__<their name of the entry>__` before a tool's name; this leaves
 * room for entries of up to 12 characters.
 */
export const MAX_NAME = 45
const ILLEGAL = /[^a-zA-Z0-9_-]/g
const SEPARATOR = '__'

export interface NamedServer {
  readonly slug: string
  readonly toolNames: readonly string[]
  /** What somebody wants tools to be called, by own name. */
  readonly customNames?: ReadonlyMap<string, string>
}

/** Where a tool ended up. `exposed` is null where a collision hides it. */
export interface NamedTool {
  readonly server: number
  readonly tool: number
  /** What it would be called if no other tool were there and nothing were prefixed. */
  readonly plain: string
  readonly exposed: string | null
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 8)

/** A legal name for the text: illegal characters become `_`; what is too long is cut and told apart by a hash. */
export function legalName(text: string): string {
  const legal = text.replace(ILLEGAL, '_')
  return legal.length <= MAX_NAME ? legal : `${legal.slice(0, MAX_NAME - 9)}_${hash(text)}`
}

/**
 * Gives the tools of many servers names that are legal, unique, and the same as long as the servers, their order and
 * their tools are the same.
 *
 * - `first_wins`: a tool keeps its name unless an earlier one has it; then it is `<slug>__<name>`
 * - `always_prefix`: every tool is `<slug>__<name>`
 * - `reject`: tools that share a name are all hidden
 *
 * A name that somebody chose comes before all of that: the tool has exactly this name. Of two that want the same one the
 * first has it, and the other is treated as if its server called it so.
 */
export function nameTools(naming: ToolNaming, servers: readonly NamedServer[]): NamedTool[] {
  const taken = new Set<string>()
  const named: NamedTool[] = []
  const chosen = servers.map(({ toolNames, customNames }) =>
    toolNames.map((name) => {
      const custom = customNames?.get(name)
      if (custom === undefined || legalName(custom) !== custom || taken.has(custom)) return null
      taken.add(custom)
      return custom
    }),
  )
  const contested = naming === 'reject' ? contestedNames(servers, chosen) : new Set<string>()
  servers.forEach((server, s) => {
    server.toolNames.forEach((own, t) => {
      const mine = chosen[s]?.[t]
      if (mine) {
        named.push({ server: s, tool: t, plain: mine, exposed: mine })
        return
      }
      const name = server.customNames?.get(own) ?? own
      const plain = legalName(name)
      const prefixed = legalName(`${server.slug}${SEPARATOR}${name}`)
      if (contested.has(plain)) {
        named.push({ server: s, tool: t, plain, exposed: null })
        return
      }
      let exposed = naming === 'always_prefix' || taken.has(plain) ? prefixed : plain
      // A tool may itself be called like another one's prefixed name, or a server list one name twice.
      for (let n = 0; taken.has(exposed); n++) exposed = `${prefixed.slice(0, MAX_NAME - 9)}_${hash(`${server.slug}\0${name}\0${n}`)}`
      taken.add(exposed)
      named.push({ server: s, tool: t, plain, exposed })
    })
  })
  return named
}

function contestedNames(servers: readonly NamedServer[], chosen: readonly (readonly (string | null)[])[]): Set<string> {
  const seen = new Set(chosen.flat())
  const contested = new Set<string>()
  servers.forEach(({ toolNames, customNames }, s) => {
    toolNames.forEach((own, t) => {
      if (chosen[s]?.[t]) return
      const plain = legalName(customNames?.get(own) ?? own)
      if (seen.has(plain)) contested.add(plain)
      seen.add(plain)
    })
  })
  return contested
}
