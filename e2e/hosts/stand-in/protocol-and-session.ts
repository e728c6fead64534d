import { EventEmitter } from 'node:events'
import { strict } from './subset.ts'

type Handler = (request: Request) => Response | Promise<Response>
const handlers = new Map<string, Handler>()
const privileged = new Set<string>()

/** Chromium refuses schemes that it was not built with, so a page of app://lmg/ has this origin while it is shown. */
export const WEB_ORIGIN = 'https://lmg.app.internal'
export const toWeb = (url: string): string => url.replace(/^app:\/\/lmg(?=\/|$)/, WEB_ORIGIN)
export const toApp = (url: string): string => (url.startsWith(`${WEB_ORIGIN}/`) ? `app://lmg${url.slice(WEB_ORIGIN.length)}` : url)

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void {
    for (const { scheme, privileges } of schemes) if (privileges?.standard && privileges.secure) privileged.add(scheme)
  },
  handle(scheme: string, handler: Handler): void {
    if (!privileged.has(scheme)) throw new Error(`${scheme} was not registered as a standard and secure scheme`)
    handlers.set(scheme, handler)
  },
}) satisfies Pick<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle'>

export async function answer(url: string, method: string): Promise<Response | null> {
  const handler = handlers.get(new URL(url).protocol.slice(0, -1))
  return handler ? handler(new Request(url, { method })) : null
}

type Check = Parameters<Electron.Session['setPermissionCheckHandler']>[0]
type Request_ = Parameters<Electron.Session['setPermissionRequestHandler']>[0]

class Session extends EventEmitter {
  check: Check = null
  request: Request_ = null
  setPermissionCheckHandler(handler: Check): void {
    this.check = handler
  }
  setPermissionRequestHandler(handler: Request_): void {
    this.request = handler
  }
  setDevicePermissionHandler(_handler: Parameters<Electron.Session['setDevicePermissionHandler']>[0]): void {}
}

const ownSession: Session = new Session()
export const session = strict('session', { defaultSession: strict('session.defaultSession', ownSession) })
ownSession satisfies Pick<Electron.Session, 'setPermissionCheckHandler' | 'setPermissionRequestHandler' | 'setDevicePermissionHandler'>

/** What a page may do is decided by the app's handlers; where it has none, Electron grants. */
export const PERMISSIONS = [
  { electron: 'geolocation', browser: { name: 'geolocation' } },
  { electron: 'notifications', browser: { name: 'notifications' } },
  { electron: 'media', browser: { name: 'camera' } },
  { electron: 'media', browser: { name: 'microphone' } },
  { electron: 'clipboard-read', browser: { name: 'clipboard-read' } },
  { electron: 'clipboard-sanitized-write', browser: { name: 'clipboard-write' } },
] as const

export const isGranted = (permission: (typeof PERMISSIONS)[number]['electron']): boolean =>
  ownSession.check ? ownSession.check(null, permission, 'app://lmg', {} as never) : true
