import { readFile } from 'node:fs/promises'
import { PAGE_HEADERS, staticFile } from '@local-mcp/runtime'
import { protocol } from 'electron'
import { APP_SCHEME, ownPath } from '../policy/navigation.ts'
import { NOTICE_CSS, NOTICE_HEADERS, type Notice, noticePage } from '../policy/notice.ts'

/** To be called before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

const nothing = (status: number) => new Response('Not found', { status, headers: { ...PAGE_HEADERS, 'content-type': 'text/plain' } })

/** Serves the window's own files, each with its policy as a header, and the notice of the moment. */
export function serveApp(uiDir: string, notice: () => Notice | null): void {
  protocol.handle(APP_SCHEME, async ({ url, method }) => {
    const path = ownPath(url)
    if (path === null || method !== 'GET') return nothing(404)
    if (path === '/~/notice.css') return new Response(NOTICE_CSS, { headers: { ...NOTICE_HEADERS, 'content-type': 'text/css' } })
    if (path === '/~/notice') return new Response(noticePage(notice() ?? { kind: 'gone' }), { headers: NOTICE_HEADERS })
    const found = path.startsWith('/~/') ? null : staticFile(uiDir, decodeURIComponent(path))
    return found ? new Response(new Uint8Array(await readFile(found.file)), { headers: found.headers }) : nothing(404)
  })
}
