import { readdirSync, readFileSync } from 'node:fs'

/** Whether a process lives; one that has ended and waits for its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z'
  } catch {
    return process.platform !== 'linux'
  }
}

/** The living processes that have this as one of their arguments. Linux only. */
export function pidsOf(argument: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(argument)
      } catch {
        return false
      }
    })
    .map(Number)
    .filter(isAlive)
}

/** The living processes that this one started. Linux only. */
export const childrenOf = (parent: number): number[] => startedBy(parent, (state) => state !== 'Z')

/** The processes that this one started and that have ended without being collected. Linux only. */
export const zombiesOf = (parent: number): number[] => startedBy(parent, (state) => state === 'Z')

function startedBy(parent: number, fits: (state: string) => boolean): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
        const [state = '', ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return fits(state) && Number(ppid) === parent
      } catch {
        return false
      }
    })
    .map(Number)
}
