import type { BadPoolEntry } from '@local-mcp/contract'
import { endpointKey, isLoopbackName } from './endpoint-key.ts'

const LONGEST = 2048
const SHOWN = 200
/** What the gateway itself answers on this computer, beside the slots `/s/<n>`. */
const OWN_PATHS = /^\/(?:mcp|api|health|ready|openapi\.json|\.well-known|s)(?:\/|$)/
const SLOT_PATH = /^\/s\/[1-9]\d*\/?$/

/** The list in `MCP_GATEWAY_URL_POOLS`: separated by commas or blanks, or a JSON array. */
export function splitPool(text: string): string[] {
  const trimmed = text.trim()
  if (trimmed.startsWith('[')) {
    try {
      const list: unknown = JSON.parse(trimmed)
      if (Array.isArray(list)) return list.map(String)
    } catch {
      // Taken as plain text, and then listed as what it is: no URL.
    }
  }
  return trimmed.split(/[\s,]+/).filter((entry) => entry !== '')
}

function faultOf(entry: string): BadPoolEntry['reason'] | null {
  if (entry.length > LONGEST) return 'too_long'
  if (!URL.canParse(entry)) return 'not_url'
  const url = new URL(entry)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'not_http'
  if (url.username || url.password || /^https?:\/\/[^/?#]*@/i.test(entry)) return 'credentials'
  if (url.search || url.hash || /[?#]/.test(entry)) return 'has_query'
  if (isLoopbackName(url.hostname) && (url.pathname === '/' || OWN_PATHS.test(url.pathname)) && !SLOT_PATH.test(url.pathname))
    return 'reserved'
  return null
}

/** No password that was written into an entry by mistake is shown. */
const shown = (entry: string) => entry.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1•••@').slice(0, SHOWN)

/** Parts a list into entries that can be used, as they were written, and those that cannot. */
export function readPoolEntries(list: readonly string[]): { readonly entries: string[]; readonly bad: BadPoolEntry[] } {
  const keys = new Set<string>()
  const entries: string[] = []
  const bad: BadPoolEntry[] = []
  for (const text of list) {
    const entry = text.trim()
    const fault = faultOf(entry)
    const key = fault ? '' : endpointKey(entry)
    const reason = fault ?? (keys.has(key) ? 'duplicate' : null)
    if (reason) bad.push({ entry: shown(entry), reason })
    else {
      keys.add(key)
      entries.push(entry)
    }
  }
  return { entries, bad }
}
