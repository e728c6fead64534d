import type { Entry } from '../policy/tray-model.ts'

export interface Question {
  readonly message: string
  readonly detail: string
  /** The first is what Escape means. */
  readonly buttons: readonly string[]
}

/** What the app does to the screen, in words without Electron. */
export interface Shell {
  readonly window: {
    isOpen(): boolean
    isFocused(): boolean
    /** Opens the window if there is none, shows the address in it, and brings it to the front. */
    show(url: string): void
    focus(): void
    close(): void
  }
  readonly login: { get(): boolean; set(on: boolean): void }
  readonly updates: { check(asked: boolean): Promise<void> }
  drawTray(entries: readonly Entry[], tooltip: string): void
  drawMenu(entries: readonly Entry[]): void
  notify(title: string, body: string, onClick: () => void): void
  copy(text: string): void
  /** @returns the index of the button that was chosen */
  ask(question: Question): Promise<number>
  relaunch(): void
  /** Ends the process: nothing is left to be done. */
  end(): void
}
