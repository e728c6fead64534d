import { dialog, Notification } from 'electron'
import type { Question } from '../host/shell.types.ts'
import { en } from '../texts/en.ts'

export async function ask({ message, detail, buttons }: Question): Promise<number> {
  const { response } = await dialog.showMessageBox({ message, detail, buttons: [...buttons], cancelId: 0, defaultId: 0, noLink: true })
  return response
}

export async function askUnresponsive(): Promise<'wait' | 'reload'> {
  const { unresponsive, unresponsiveDetail, wait, reload } = en.dialog
  return (await ask({ message: unresponsive, detail: unresponsiveDetail, buttons: [wait, reload] })) === 1 ? 'reload' : 'wait'
}

/** @param url shown whole, so that nobody is led where they did not mean to go */
export const askOutside = async (url: string): Promise<boolean> =>
  (await ask({ message: en.dialog.outside, detail: url, buttons: [en.dialog.cancel, en.dialog.openOutside] })) === 1

/** For what goes wrong before there is a window. */
export const showFatal = (title: string, text: string): void => dialog.showErrorBox(title, text)

// Kept until it is over: the system tells a notification that was collected nothing.
const open = new Set<Notification>()

export function notify(title: string, body: string, onClick: () => void): void {
  if (!Notification.isSupported()) return
  const notification = new Notification({ title, body })
  open.add(notification)
  notification.on('click', onClick)
  notification.on('close', () => open.delete(notification))
  notification.show()
}
