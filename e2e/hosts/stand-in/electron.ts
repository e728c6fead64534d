// The part of Electron that the app uses, on Node and Chromium. What is not here is not there.
import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { seen, strict } from './subset.ts'

export { app } from './app.ts'
export { ipcMain } from './message-ports.ts'
export { protocol, session } from './protocol-and-session.ts'
export { utilityProcess } from './utility-process.ts'
export { BrowserWindow, webContents } from './window.ts'

interface Item {
  readonly label: string
  readonly type: string
  readonly role: string | undefined
  readonly accelerator: string | undefined
  readonly enabled: boolean
  readonly checked: boolean
  readonly submenu: StandInMenu | undefined
  click(): void
}

class StandInMenu {
  readonly items: Item[]
  static #application: StandInMenu | null = null
  constructor(template: readonly Electron.MenuItemConstructorOptions[]) {
    this.items = template.map(({ label = '', type, role, accelerator, enabled = true, checked = false, submenu, click }) => ({
      label,
      type: type ?? (submenu ? 'submenu' : 'normal'),
      role,
      accelerator: accelerator ?? undefined,
      enabled,
      checked,
      submenu: Array.isArray(submenu) ? new StandInMenu(submenu) : undefined,
      click: () => {
        if (enabled) click?.({} as never, undefined, {} as never)
      },
    }))
  }
  static buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): StandInMenu {
    return new StandInMenu(template)
  }
  static setApplicationMenu(menu: StandInMenu | null): void {
    StandInMenu.#application = menu
  }
  static getApplicationMenu(): StandInMenu | null {
    return StandInMenu.#application
  }
}
export const Menu = StandInMenu

interface Picture {
  readonly path: string
}

class StandInTray extends EventEmitter implements Pick<Electron.Tray, 'setToolTip' | 'destroy'> {
  constructor(image: Picture) {
    super()
    if (!existsSync(image.path)) throw new Error(`The image of the tray is not there: ${image.path}`)
    seen.tray = { tooltip: '', items: [], click: () => this.emit('click') }
  }
  setToolTip(tooltip: string): void {
    if (seen.tray) seen.tray.tooltip = tooltip
  }
  setContextMenu(menu: StandInMenu | null): void {
    if (seen.tray) seen.tray.items = menu?.items ?? []
  }
  destroy(): void {
    seen.tray = null
  }
}
export const Tray = StandInTray

export const nativeImage = strict('nativeImage', {
  createFromPath: (path: string) => strict('nativeImage', { path, setTemplateImage(_option: boolean) {} }),
})

class StandInNotification extends EventEmitter implements Pick<Electron.Notification, 'show'> {
  readonly #options: { title?: string; body?: string }
  constructor(options: { title?: string; body?: string }) {
    super()
    this.#options = options
  }
  static isSupported(): boolean {
    return true
  }
  show(): void {
    const { title = '', body = '' } = this.#options
    seen.notifications.push({ title, body, click: () => this.emit('click') })
  }
}
export const Notification = StandInNotification

// Nobody sits before it: Escape. Specs put their own answer in its place, as they do with the real one.
export const dialog = {
  async showMessageBox({ cancelId = 0 }: Electron.MessageBoxOptions): Promise<Electron.MessageBoxReturnValue> {
    return { response: cancelId, checkboxChecked: false }
  },
  showErrorBox(title: string, content: string): void {
    process.stderr.write(`${title}: ${content}\n`)
  },
} satisfies Pick<Electron.Dialog, 'showErrorBox'> & Record<'showMessageBox', unknown>

export const clipboard = strict('clipboard', {
  text: '',
  async writeText(text: string): Promise<void> {
    this.text = text
  },
  async readText(): Promise<string> {
    return this.text
  },
})

export const shell = strict('shell', {
  async openExternal(url: string): Promise<void> {
    seen.opened.push(url)
  },
}) satisfies Pick<Electron.Shell, 'openExternal'>

const AREA = { x: 0, y: 0, width: 1280, height: 800 }
export const screen = strict('screen', { getAllDisplays: () => [{ workArea: AREA }] })
