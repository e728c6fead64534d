import { app, clipboard, Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron'
import type { Command, Entry } from '../policy/tray-model.ts'

function build(entries: readonly Entry[], onCommand: (command: Command) => void): Menu {
  const convert = ({ command, submenu, role, ...rest }: Entry): MenuItemConstructorOptions => ({
    ...rest,
    ...(role ? { role: role as NonNullable<MenuItemConstructorOptions['role']> } : {}),
    ...(submenu ? { submenu: submenu.map(convert) } : {}),
    ...(command ? { click: () => onCommand(command) } : {}),
  })
  return Menu.buildFromTemplate(entries.map(convert))
}

export const drawMenu = (entries: readonly Entry[], onCommand: (command: Command) => void): void =>
  Menu.setApplicationMenu(build(entries, onCommand))

/** @param icon path of an image; on macOS one that the system colours */
export function createTray(icon: string, onClick: () => void) {
  const image = nativeImage.createFromPath(icon)
  image.setTemplateImage(process.platform === 'darwin')
  const tray = new Tray(image)
  tray.on('click', onClick)
  app.once('will-quit', () => tray.destroy())
  return {
    draw(entries: readonly Entry[], tooltip: string, onCommand: (command: Command) => void): void {
      tray.setToolTip(tooltip)
      tray.setContextMenu(build(entries, onCommand))
    },
  }
}

export const copyText = (text: string): void => void clipboard.writeText(text)
