import { PAGES, type PageName } from './pages.ts'

export const LINK_SCHEME = 'local-mcp'
/** Characters; a link is one click by somebody else. */
const MAX_LINK = 24_576
const MAX_CONFIG = 16_384
/** A link within so many ms of the one before is dropped. */
export const LINK_PAUSE = 1500

/**
 * What a link opens: a page, or the form for a new server with a text in it. Nothing is saved and nothing runs by it.
 * Null: not one of ours, or not well formed.
 */
export function readLink(link: string): { readonly path: string } | null {
  if (link.length > MAX_LINK || !URL.canParse(link)) return null
  const { protocol, host, pathname, searchParams, username, password, port, hash } = new URL(link)
  if (protocol !== `${LINK_SCHEME}:` || username || password || port || hash) return null
  const words = [host, ...pathname.split('/').filter(Boolean)]
  if (words[0] === 'open' && searchParams.size === 0 && words.length <= 2) {
    const page = words[1] ?? 'overview'
    return Object.hasOwn(PAGES, page) ? { path: PAGES[page as PageName] } : null
  }
  if (words.join('/') === 'servers/add' && searchParams.size === 1) {
    const config = searchParams.get('config')
    if (config === null || config.trim() === '' || config.length > MAX_CONFIG || HIDDEN.test(config)) return null
    return { path: `/servers/new#paste=${encodeURIComponent(config)}` }
  }
  return null
}

/** Characters that are not seen, or turn or pad what is seen: a link that has them hides something. */
const HIDDEN = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029\u115f\u1160\u3164\uffa0]|[\u2000-\u200a\u3000\u00a0]{2,}|\ufffd/u

export interface Launch {
  /** Started with the computer: nobody asked to see a window. */
  readonly hidden: boolean
  readonly link: string | null
}

/** What a command line asks for. All but these two is ignored: a second launch can be anybody's. */
export function readLaunch(argv: readonly string[]): Launch {
  const last = argv.at(-1) ?? ''
  return { hidden: argv.includes('--hidden'), link: last.startsWith(`${LINK_SCHEME}://`) ? last : null }
}

/** The profile where this was started as the bridge of a client that only starts commands; null for everything else. */
export function readStdio(argv: readonly string[]): string | null {
  const at = argv.indexOf('stdio')
  if (at !== 1 && at !== 2) return null
  const [flag, profile] = argv.slice(at + 1)
  return flag === '--profile' && profile ? profile : 'gateway'
}
