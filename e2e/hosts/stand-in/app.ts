import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, watch, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { closeBrowser } from './browser.ts'
import { seen, strict } from './subset.ts'

/** An event that can be prevented, as Electron's are. */
export class PreventableEvent {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

/** Where a copy finds the one that was first, and leaves its command line. */
const lockIn = (folder: string) => join(folder, 'SingletonLock')
const launchesIn = (folder: string) => join(folder, 'Launches')

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

class App extends EventEmitter {
  readonly isPackaged: boolean = process.env.LMG_STAND_IN_PACKAGED === '1'
  readonly #paths = new Map([['appData', process.env.XDG_CONFIG_HOME || join(homedir(), '.config')]])
  readonly #ready = Promise.withResolvers<void>()
  #windows: () => { destroyedByQuit(): boolean }[] = () => []

  /** Not of Electron: called by the stand-in itself. */
  becomeReady(): void {
    this.emit('ready')
    this.#ready.resolve()
  }
  knowWindows(windows: () => { destroyedByQuit(): boolean }[]): void {
    this.#windows = windows
  }

  whenReady(): Promise<void> {
    return this.#ready.promise
  }
  getName(): string {
    return 'Local MCP Gateway'
  }
  getPath(name: string): string {
    const path = this.#paths.get(name)
    if (path === undefined) throw new Error(`The stand-in for Electron has no path ${name}`)
    return path
  }
  setPath(name: string, path: string): void {
    if (!existsSync(path)) mkdirSync(path, { recursive: true })
    this.#paths.set(name, path)
  }

  requestSingleInstanceLock(): boolean {
    const folder = this.getPath('userData')
    for (;;) {
      try {
        symlinkSync(String(process.pid), lockIn(folder))
        break
      } catch {
        const pid = Number(readLock(folder))
        if (pid > 0 && isAlive(pid)) {
          mkdirSync(launchesIn(folder), { recursive: true })
          const name = join(launchesIn(folder), `${process.pid}-${Date.now()}`)
          writeFileSync(`${name}.part`, JSON.stringify(process.argv))
          symlinkSync(`${name}.part`, `${name}.json`)
          return false
        }
        rmSync(lockIn(folder), { force: true })
      }
    }
    mkdirSync(launchesIn(folder), { recursive: true })
    const hear = () => {
      for (const name of readdirSync(launchesIn(folder)).filter((one) => one.endsWith('.json'))) {
        const argv = JSON.parse(readFileSync(join(launchesIn(folder), name), 'utf8')) as string[]
        rmSync(join(launchesIn(folder), name))
        rmSync(join(launchesIn(folder), name.replace(/json$/, 'part')))
        void this.whenReady().then(() => this.emit('second-instance', new PreventableEvent(), argv, process.cwd(), null))
      }
    }
    watch(launchesIn(folder), hear).unref()
    process.once('exit', () => rmSync(lockIn(folder), { force: true }))
    return true
  }
  setAppUserModelId(_id: string): void {}
  setAsDefaultProtocolClient(scheme: string): boolean {
    seen.linkSchemes.push(scheme)
    return true
  }
  getLoginItemSettings(): never {
    throw new Error('Linux has no login items: Electron answers nothing of use there')
  }
  setLoginItemSettings(): never {
    throw new Error('Linux has no login items')
  }
  relaunch(): void {
    seen.relaunches++
  }

  /** Asks first, then every window, and only then ends. */
  quit(): void {
    const event = new PreventableEvent()
    this.emit('before-quit', event)
    if (event.defaultPrevented) return
    for (const window of this.#windows()) if (!window.destroyedByQuit()) return
    const last = new PreventableEvent()
    this.emit('will-quit', last)
    if (!last.defaultPrevented) this.exit(0)
  }
  exit(code = 0): void {
    this.emit('quit', {}, code)
    closeBrowser()
    process.exit(code)
  }
}

function readLock(folder: string): string {
  try {
    return readlinkSync(lockIn(folder))
  } catch {
    return ''
  }
}

export const ownApp: App = new App()
export const app = strict('app', ownApp) satisfies Pick<
  Electron.App,
  | 'isPackaged'
  | 'whenReady'
  | 'getName'
  | 'setAppUserModelId'
  | 'setAsDefaultProtocolClient'
  | 'requestSingleInstanceLock'
  | 'relaunch'
  | 'quit'
  | 'exit'
>
