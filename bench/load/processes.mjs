// What Linux says of a process.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** CPU seconds of one process: the sum of its threads, without its children. */
export function cpuOf(pid) {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0])
  }
  return nanoseconds / 1e9
}

/** Resident memory and the most of it since the last `resetPeak`, in bytes. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const bytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) * 1024
  return { resident: bytes('VmRSS'), peak: bytes('VmHWM') }
}

export const resetPeak = (pid) => writeFileSync(`/proc/${pid}/clear_refs`, '5')

/** The process and everything that it started. */
function treeOf(pid) {
  const children = new Map()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0])
      children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    } catch {
      // It has ended.
    }
  }
  const all = [pid]
  for (const one of all) all.push(...(children.get(one) ?? []))
  return all
}

/** CPU seconds that the machine gave to everything else than this process and what it started, since its start. */
function foreignCpu() {
  const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'latin1')
    .split('\n')[0]
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  const own = treeOf(process.pid).reduce((sum, pid) => sum + cpuOf(pid), 0)
  return (user + nice + system + irq + softirq) / 100 - own
}

/** @returns a function that gives the share of the machine, 0 to 1, that others have used since */
export function watchOthers() {
  const [before, started] = [foreignCpu(), performance.now()]
  return () => (foreignCpu() - before) / (((performance.now() - started) / 1000) * cpus().length)
}
