import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { ownApp, PreventableEvent } from './app.ts'
import { startBrowser } from './browser.ts'
import type { Cdp, CdpSession } from './cdp.ts'
import { ipcMain, MainPort, pageSource, preloadSource } from './message-ports.ts'
import { answer, isGranted, PERMISSIONS, toApp, toWeb, WEB_ORIGIN } from './protocol-and-session.ts'
import { strict } from './subset.ts'

type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0]

interface Paused {
  readonly requestId: string
  readonly request: { readonly url: string; readonly method: string }
  readonly frameId: string
  readonly resourceType: string
}

class Contents
  extends EventEmitter
  implements Pick<Electron.WebContents, 'isDestroyed' | 'getURL' | 'reload' | 'isCrashed' | 'forcefullyCrashRenderer'>
{
  readonly #owner: StandInWindow
  readonly #ports = new Map<number, MainPort>()
  readonly #made: Promise<void>
  #cdp!: Cdp
  #page!: CdpSession
  #context = ''
  #openHandler: OpenHandler | null = null
  #expected: string | null = null
  #url = ''
  #crashed = false
  #destroyed = false
  targetId = ''

  constructor(owner: StandInWindow) {
    super()
    this.#owner = owner
    ownApp.emit('web-contents-created', {}, strict('webContents', this))
    this.#made = this.#make()
  }

  get mainFrame(): { url: string; parent: null } {
    return { url: this.#url, parent: null }
  }
  isDestroyed(): boolean {
    return this.#destroyed
  }
  isCrashed(): boolean {
    return this.#crashed
  }
  getURL(): string {
    return this.#url
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler
  }
  forcefullyCrashRenderer(): void {
    void this.#page.send('Page.crash').catch(() => {})
  }
  reload(): void {
    this.#expected = this.#url
    void this.#page.send('Page.reload')
  }
  close(): void {
    this.#owner.close()
  }

  async load(url: string): Promise<void> {
    await this.#made
    this.#expected = url
    this.#crashed = false
    const loaded = new Promise<void>((resolve) => this.#page.once('Page.loadEventFired', () => resolve()))
    const { errorText } = (await this.#page.send('Page.navigate', { url: toWeb(url) })) as { errorText?: string }
    if (errorText && errorText !== 'net::ERR_ABORTED') throw new Error(errorText)
    if (errorText) throw new Error('ERR_ABORTED')
    // Only the fragment is another: nothing is loaded.
    if (url.includes('#') && this.#url.split('#')[0] === url.split('#')[0]) this.#url = url
    else await loaded
    this.#owner.emit('ready-to-show')
  }

  async #make(): Promise<void> {
    this.#cdp = (await startBrowser()).cdp
    await this.#cdp.send('Target.setDiscoverTargets', { discover: true })
    await this.#grant()
    this.targetId = String((await this.#cdp.send('Target.createTarget', { url: 'about:blank' })).targetId)
    this.#page = await this.#cdp.attach(this.targetId)
    const page = this.#page
    page.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === '__toMain') this.#hear(JSON.parse(payload))
      else if (name === '__standInOpen') this.#openHandler?.({ url: toApp(payload) } as never)
    })
    page.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name !== 'preload' || context.auxData.frameId !== this.targetId) return
      this.#context = context.uniqueId
      this.#endPorts()
    })
    page.on('Fetch.requestPaused', (paused: Paused) => void this.#request(paused).catch(() => {}))
    page.on('Inspector.targetCrashed', () => {
      this.#crashed = true
      this.#endPorts()
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
    })
    page.on('Page.navigatedWithinDocument', ({ url }) => {
      this.#url = toApp(url)
    })
    page.on('Page.windowOpen', ({ url }) => this.#openHandler?.({ url: toApp(url) } as never))
    // A handler that denies is the only kind that the app has: a page that came all the same goes at once.
    this.#cdp.on('Target.targetCreated', ({ targetInfo }) => {
      if (targetInfo.openerId === this.targetId && this.#openHandler)
        void this.#cdp.send('Target.closeTarget', { targetId: targetInfo.targetId }).catch(() => {})
    })
    this.#cdp.on('Target.targetDestroyed', ({ targetId }) => targetId === this.targetId && this.#owner.gone())
    await Promise.all([page.send('Page.enable'), page.send('Runtime.enable'), page.send('Inspector.enable')])
    await page.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] })
    await page.send('Runtime.addBinding', { name: '__toMain', executionContextName: 'preload' })
    await page.send('Runtime.addBinding', { name: '__standInOpen' })
    const { preload, contextIsolation, sandbox, nodeIntegration } = this.#owner.options.webPreferences ?? {}
    if (!contextIsolation || !sandbox || nodeIntegration) throw new Error('The stand-in runs isolated pages in the sandbox only')
    const source = preloadSource(preload ? readFileSync(preload, 'utf8') : '')
    await page.send('Page.addScriptToEvaluateOnNewDocument', { source: pageSource })
    await page.send('Page.addScriptToEvaluateOnNewDocument', { source, worldName: 'preload' })
    await page.send('Runtime.runIfWaitingForDebugger').catch(() => {})
  }

  async #grant(): Promise<void> {
    for (const { electron, browser } of PERMISSIONS) {
      const setting = isGranted(electron) ? 'granted' : 'denied'
      await this.#cdp.send('Browser.setPermission', { permission: browser, setting, origin: WEB_ORIGIN })
    }
  }

  async #request({ requestId, request, frameId, resourceType }: Paused): Promise<void> {
    const url = toApp(request.url)
    const isMainFrame = frameId === this.targetId
    if (resourceType === 'Document') {
      const own = isMainFrame && this.#expected !== null && this.#expected.split('#')[0] === url
      if (isMainFrame) this.#expected = null
      if (!own) {
        const event = Object.assign(new PreventableEvent(), { url, isMainFrame, frame: null })
        this.emit('will-frame-navigate', event)
        if (event.defaultPrevented) return void (await this.#page.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' }))
      }
      if (isMainFrame) this.#url = url
    }
    const response = await answer(url, request.method)
    // There is nothing else to be had: no page of the app loads from anywhere.
    if (!response) return void (await this.#page.send('Fetch.failRequest', { requestId, errorReason: 'AccessDenied' }))
    const responseHeaders = [...response.headers].map(([name, value]) => ({ name, value }))
    const body = Buffer.from(await response.arrayBuffer()).toString('base64')
    await this.#page.send('Fetch.fulfillRequest', { requestId, responseCode: response.status, responseHeaders, body })
  }

  #hear(message: { type: 'connect' | 'message' | 'close'; id: number; channel: string; body: unknown; data: unknown }): void {
    const { type, id, channel, body, data } = message
    if (type === 'message') this.#ports.get(id)?.receive(data)
    else if (type === 'close') this.#end(id)
    else {
      const context = this.#context
      const say = (text: string | null) =>
        void this.#page
          .send('Runtime.evaluate', { expression: `__fromMain(${id},${JSON.stringify(text)})`, uniqueContextId: context })
          .catch(() => {})
      const port = new MainPort(
        (out) => say(JSON.stringify(out)),
        () => say(null),
      )
      this.#ports.set(id, port)
      const event = { sender: this.#owner.webContents, senderFrame: this.mainFrame, ports: [strict('MessagePortMain', port)] }
      ipcMain.emit(channel, event, body)
    }
  }
  #end(id: number): void {
    const port = this.#ports.get(id)
    this.#ports.delete(id)
    port?.ended()
  }
  #endPorts(): void {
    for (const id of [...this.#ports.keys()]) this.#end(id)
  }

  destroy(): void {
    this.#destroyed = true
    this.#endPorts()
    void this.#made.then(() => this.#cdp.send('Target.closeTarget', { targetId: this.targetId })).catch(() => {})
    this.emit('destroyed')
  }
}

const all = new Set<StandInWindow>()

class StandInWindow
  extends EventEmitter
  implements
    Pick<
      Electron.BrowserWindow,
      'isDestroyed' | 'isFocused' | 'isMinimized' | 'isMaximized' | 'isVisible' | 'maximize' | 'restore' | 'show' | 'focus' | 'close'
    >
{
  readonly options: Electron.BrowserWindowConstructorOptions
  readonly webContents: Contents
  #destroyed = false
  #visible = false
  #maximized = false
  #bounds: Electron.Rectangle

  static getAllWindows(): StandInWindow[] {
    return [...all]
  }
  static fromWebContents(contents: Contents): StandInWindow | null {
    return [...all].find((window) => window.webContents.targetId === contents.targetId) ?? null
  }

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super()
    this.options = options
    const { x = 0, y = 0, width = 800, height = 600 } = options
    this.#bounds = { x, y, width, height }
    all.add(this)
    this.webContents = strict('webContents', new Contents(this))
  }
  loadURL(url: string): Promise<void> {
    return this.webContents.load(url)
  }
  isDestroyed(): boolean {
    return this.#destroyed
  }
  isVisible(): boolean {
    return this.#visible
  }
  isFocused(): boolean {
    return this.#visible
  }
  isMinimized(): boolean {
    return false
  }
  isMaximized(): boolean {
    return this.#maximized
  }
  getNormalBounds(): Electron.Rectangle {
    return { ...this.#bounds }
  }
  setBounds(bounds: Partial<Electron.Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...bounds }
  }
  maximize(): void {
    this.#maximized = true
  }
  restore(): void {}
  show(): void {
    this.#visible = true
  }
  focus(): void {
    this.emit('focus')
  }
  close(): void {
    if (this.#destroyed) return
    const event = new PreventableEvent()
    this.emit('close', event)
    if (!event.defaultPrevented) this.gone()
  }
  /** Not of Electron: @returns whether the window let itself be closed */
  destroyedByQuit(): boolean {
    this.close()
    return this.#destroyed
  }
  /** Not of Electron. */
  gone(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    all.delete(this)
    this.webContents.destroy()
    this.emit('closed')
    if (all.size === 0) ownApp.emit('window-all-closed')
  }
}

ownApp.knowWindows(() => [...all])

export const BrowserWindow = new Proxy(StandInWindow, {
  construct: (target, args) => strict('BrowserWindow', new target(...(args as [Electron.BrowserWindowConstructorOptions]))),
})
export const webContents = strict('webContents', {
  fromDevToolsTargetId: (id: string) => [...all].find((window) => window.webContents.targetId === id)?.webContents,
})
