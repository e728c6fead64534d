// What Linux says of a process.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

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
