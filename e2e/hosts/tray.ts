import type { DesktopApp } from './desktop.ts'

interface Item {
  readonly label: string
  readonly enabled: boolean
  readonly checked: boolean
  readonly submenu?: { readonly items: readonly Item[] }
  click(): void
}
interface Seen {
  readonly tray: { readonly tooltip: string; readonly items: readonly Item[] } | null
  readonly notifications: readonly { readonly title: string; readonly body: string; click(): void }[]
  readonly opened: readonly string[]
}

/** Electron shows nobody its tray and its notifications: this is for the stand-in, and specs say so. */
export const NO_TRAY = 'the tray and notifications cannot be reached from outside in Electron'

/** What the tray and the notifications show. */
export const lookAt = (app: DesktopApp) =>
  app.electron.evaluate(() => {
    const { tray, notifications, opened } = (globalThis as never as { __standIn: Seen }).__standIn
    const plain = ({
      label,
      enabled,
      checked,
      submenu,
    }: Item): { label: string; enabled: boolean; checked: boolean; submenu: string[] } => ({
      label,
      enabled,
      checked,
      submenu: (submenu?.items ?? []).map((item) => item.label),
    })
    return {
      tooltip: tray?.tooltip ?? '',
      items: (tray?.items ?? []).map(plain),
      notifications: notifications.map(({ title, body }) => ({ title, body })),
      opened: [...opened],
    }
  })

/** Chooses an entry, or one in the menu below it. */
export const choose = (app: DesktopApp, label: string, below?: string) =>
  app.electron.evaluate(
    (_electron, wanted) => {
      const { tray } = (globalThis as never as { __standIn: Seen }).__standIn
      const entry = tray?.items.find((item) => item.label === wanted.label)
      const chosen = wanted.below === undefined ? entry : entry?.submenu?.items.find((item) => item.label === wanted.below)
      if (!chosen) throw new Error(`The tray has no ${wanted.below ?? wanted.label}`)
      chosen.click()
    },
    { label, below },
  )
