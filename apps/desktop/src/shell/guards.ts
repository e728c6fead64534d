import { app, session, shell } from 'electron'
import { decideNavigation, isPermitted, outsideUrl } from '../policy/navigation.ts'

export interface GuardOptions {
  readonly onAction: (action: string, input: Readonly<Record<string, string>>) => void
  /** Whether the person wants an address to be opened in the browser. */
  readonly onOutside: (url: string) => Promise<boolean>
}

/** Nothing that a page does leads anywhere else, opens another window, or is granted anything. */
export function installGuards({ onAction, onOutside }: GuardOptions): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-frame-navigate', (event) => {
      const decided = decideNavigation(event.url, event.isMainFrame)
      if (decided.to === 'page') return
      event.preventDefault()
      if (decided.to === 'action') onAction(decided.action, decided.input)
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      const outside = outsideUrl(url)
      if (outside) void onOutside(outside).then((may) => (may ? shell.openExternal(outside) : undefined))
      return { action: 'deny' }
    })
  })
  app.on('session-created', denyAll)
  denyAll(session.defaultSession)
}

function denyAll(one: Electron.Session): void {
  one.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) => decide(isPermitted(permission, requestingUrl)))
  one.setPermissionCheckHandler((_contents, permission, origin) => isPermitted(permission, `${origin}/`))
  one.setDevicePermissionHandler(() => false)
  one.on('will-download', (event) => event.preventDefault())
}
