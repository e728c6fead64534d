import { createReadStream, type Stats, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { pipeline } from 'node:stream'
import type { Appearance } from '@local-mcp/contract'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
}

/** What the page may do: load its own files and talk to its own origin, nothing else. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Whether a path is a page, which index.html draws: it has no ending. */
export const isPage = (path: string): boolean => extname(path) === ''

/** A name that no file can have, or one below a file, is no file either. */
function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file)
  } catch {
    return undefined
  }
}

/** A file of the built window with its headers; null where there is none. A path without an ending is a page, which index.html draws. */
export function staticFile(root: string, path: string): { readonly file: string; readonly headers: Record<string, string> } | null {
  const file = join(root, isPage(path) ? 'index.html' : normalize(path))
  const stats = file.startsWith(root + sep) ? statsOf(file) : undefined
  if (!stats?.isFile()) return null
  return {
    file,
    headers: {
      ...PAGE_HEADERS,
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': String(stats.size),
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store',
    },
  }
}

/**
 * Serves the page of the window. How it is to look is in it, so that the first paint is right: the port is another one
 * each time, and with it what a browser would remember.
 */
export async function servePage(root: string, res: ServerResponse, look: Appearance | null): Promise<void> {
  const { theme, contrast, motion, textSize } = look ?? {}
  const marks = look ? ` data-theme="${theme}" data-contrast="${contrast}" data-motion="${motion}" data-text="${textSize}"` : ''
  const page = (await readFile(join(root, 'index.html'), 'utf8')).replace('<html', `<html${marks}`)
  res
    .writeHead(200, {
      ...PAGE_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(page)),
      'cache-control': 'no-store',
    })
    .end(page)
}

/** Serves the built window over HTTP. */
export function serveStatic(root: string, path: string, res: ServerResponse): void {
  const found = staticFile(root, path)
  if (!found) {
    res.writeHead(404, { ...PAGE_HEADERS, 'content-type': 'text/plain' }).end('Not found')
    return
  }
  const { file, headers } = found
  res.writeHead(200, headers)
  // A file that cannot be read any more ends this answer, not the program.
  pipeline(createReadStream(file), res, () => {})
}
