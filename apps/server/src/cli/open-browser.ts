import { spawn } from 'node:child_process'

/** The program that opens an address in the browser of the person; null: there is no screen. */
function opener(env: NodeJS.ProcessEnv): readonly string[] | null {
  if (process.platform === 'darwin') return ['open']
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : null
}

/** Whether an address is one that a sign-in may lead to: nothing that starts a program. */
function isWebAddress(address: string): boolean {
  const url = URL.parse(address)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
}

/**
 * Opens an address in the browser, without a shell.
 *
 * @param address https, or http on this computer; anything else is not opened
 * @returns whether a program was started for it
 */
export function openBrowser(address: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const command = isWebAddress(address) ? opener(env) : null
  if (!command) return Promise.resolve(false)
  const [program = '', ...args] = command
  return new Promise((resolve) => {
    const child = spawn(program, [...args, new URL(address).href], { stdio: 'ignore', detached: true, env })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
