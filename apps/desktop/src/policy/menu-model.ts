import { en } from '../texts/en.ts'
import { PAGES, type PageName } from './pages.ts'
import type { Entry } from './tray-model.ts'

const LINE: Entry = { type: 'separator' }
const role = (name: string): Entry => ({ role: name })

/** The menu of the application. Roles are the system's own: their words, their keys, and what they do. */
export function menuModel(options: { readonly platform: string; readonly isPackaged: boolean; readonly updates: boolean }): Entry[] {
  const { platform, isPackaged, updates } = options
  const isMac = platform === 'darwin'
  const quit: Entry = { label: en.tray.quit, accelerator: 'CmdOrCtrl+Q', command: { do: 'quit' } }
  const updateEntries: Entry[] = [
    { label: en.tray.updates, command: { do: 'checkUpdates' } },
    { label: en.menu.updatesOn, type: 'checkbox', checked: updates, command: { do: 'setUpdates', on: !updates } },
  ]
  const appMenu: Entry = {
    label: en.app,
    submenu: [role('about'), ...updateEntries, LINE, role('services'), LINE, role('hide'), role('hideOthers'), role('unhide'), LINE, quit],
  }
  return [
    ...(isMac ? [appMenu] : []),
    {
      label: en.menu.file,
      submenu: [
        { label: en.menu.addServer, accelerator: 'CmdOrCtrl+N', command: { do: 'open', path: '/servers/new' } },
        { label: en.tray.backUp, command: { do: 'backUp' } },
        LINE,
        { label: en.menu.closeWindow, accelerator: 'CmdOrCtrl+W', command: { do: 'closeWindow' } },
        ...(isMac ? [] : [quit]),
      ],
    },
    {
      label: en.menu.edit,
      submenu: [role('undo'), role('redo'), LINE, role('cut'), role('copy'), role('paste'), role('selectAll')],
    },
    {
      label: en.menu.view,
      submenu: [
        role('reload'),
        LINE,
        role('resetZoom'),
        role('zoomIn'),
        role('zoomOut'),
        LINE,
        role('togglefullscreen'),
        ...(isPackaged ? [] : [LINE, role('toggleDevTools')]),
      ],
    },
    {
      label: en.menu.go,
      submenu: (Object.keys(PAGES) as PageName[]).map((page, index) => ({
        label: en.menu.pages[page],
        // There are keys for nine.
        ...(page === 'settings' ? { accelerator: 'CmdOrCtrl+,' } : index < 9 ? { accelerator: `CmdOrCtrl+${index + 1}` } : {}),
        command: { do: 'open', path: PAGES[page] },
      })),
    },
    { role: 'windowMenu' },
    {
      label: en.menu.help,
      submenu: [
        { label: en.menu.errors, command: { do: 'open', path: PAGES.health } },
        ...(isMac ? [] : [LINE, ...updateEntries, role('about')]),
      ],
    },
  ]
}
