/** What journeys run on: a browser at the control listener, and the desktop app in the stand-in or in Electron. */
const HOSTS = ['headless', 'stand-in', 'electron']

/**
 * @param {string[]} args of a task
 * @returns {{ hosts: string[], rest: string[] }} the hosts of `--host=<name>`, which may be repeated; else those that every machine has
 */
export function readHosts(args) {
  const flags = args.filter((arg) => arg.startsWith('--host='))
  const named = flags.map((flag) => flag.slice('--host='.length))
  const unknown = named.find((name) => !HOSTS.includes(name))
  if (unknown !== undefined) throw new Error(`There is no host ${unknown}: ${HOSTS.join(', ')}`)
  // The stand-in is started by a shell.
  const usual = process.platform === 'win32' ? ['headless'] : ['headless', 'stand-in']
  return { hosts: named.length > 0 ? named : usual, rest: args.filter((arg) => !flags.includes(arg)) }
}

/** @param {string} host @returns {Record<string, string>} the environment of Playwright for it */
export const hostEnv = (host) => (host === 'headless' ? {} : { LMG_HOST: host })
