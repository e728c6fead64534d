import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PS_BUFFER = 64 * 1024 * 1024

/** The variable that marks a server and everything it starts, for as long as nobody takes it out of the environment. */
export const MARK = 'LOCAL_MCP_GATEWAY_SERVER'

interface Stat {
  readonly state: string
  readonly group: number
  readonly started: string
}

/** @param text of /proc/<pid>/stat; the name in it may hold spaces and parentheses */
function parseStat(text: string): Stat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', group: Number(fields[2]), started: fields[19] ?? '' }
}

/**
 * What tells a process from every other that had or will have its pid: boot and start. Null where the process is gone
 * or the OS has no /proc.
 */
export function birthOf(pid: number): string | null {
  try {
    const { state, started } = parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
    return state === 'Z' ? null : `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${started}`
  } catch {
    return null
  }
}

/** Calls `look` for every process; those that end meanwhile, or are somebody else's, are left out. Linux. */
async function overProc<Result>(look: (pid: number) => Promise<Result | null>): Promise<Result[]> {
  const names = await readdir('/proc').catch(() => [])
  const found: Result[] = []
  for (const name of names) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    const result = await look(Number(name)).catch(() => null)
    if (result !== null) found.push(result)
  }
  return found
}

interface MarkedProcess {
  readonly pid: number
  readonly mark: string
}

/** Every process that has a mark, whoever gave it. */
async function readMarks(platform: NodeJS.Platform): Promise<MarkedProcess[]> {
  if (platform === 'linux')
    return overProc(async (pid) => {
      const mark = markIn((await readFile(`/proc/${pid}/environ`, 'latin1')).split('\0'))
      return mark && parseStat(await readFile(`/proc/${pid}/stat`, 'latin1')).state !== 'Z' ? { pid, mark } : null
    })
  const { stdout } = await run('/bin/ps', ['-A', '-E', '-ww', '-o', 'pid=,command='], { maxBuffer: PS_BUFFER }).catch(() => ({
    stdout: '',
  }))
  return parseMarks(stdout)
}

let reading: Promise<MarkedProcess[]> | null = null
let nextReading: Promise<MarkedProcess[]> | null = null

/** One reading for all who ask at the same time, begun after they asked: fifty servers may end at once. */
function marksFromNow(platform: NodeJS.Platform): Promise<MarkedProcess[]> {
  if (reading) {
    nextReading ??= reading.then(() => {
      nextReading = null
      return marksFromNow(platform)
    })
    return nextReading
  }
  const mine = readMarks(platform).finally(() => {
    reading = null
  })
  reading = mine
  return mine
}

/**
 * The living processes whose environment says that they belong to one of these marks or to a mark below them
 * (`<mark>.<n>`). Linux and macOS; elsewhere none, because no other process's environment can be read.
 */
export async function markedProcesses(marks: readonly string[], platform: NodeJS.Platform = process.platform): Promise<number[]> {
  if (marks.length === 0 || (platform !== 'linux' && platform !== 'darwin')) return []
  const all = await marksFromNow(platform)
  return all.filter(({ mark: own }) => marks.some((mark) => own === mark || own.startsWith(`${mark}.`))).map(({ pid }) => pid)
}

/** @param listing lines of `pid command and environment` */
export function parseMarks(listing: string): MarkedProcess[] {
  return listing.split('\n').flatMap((line) => {
    const pid = Number.parseInt(line, 10)
    const mark = markIn(line.split(' '))
    return mark && pid > 0 && pid !== process.pid ? { pid, mark } : []
  })
}

const markIn = (variables: readonly string[]): string | undefined =>
  variables.find((variable) => variable.startsWith(`${MARK}=`))?.slice(MARK.length + 1)

/** Whether anybody lives in a process group; those who only wait to be collected by their parent do not. */
export async function groupLives(group: number): Promise<boolean> {
  try {
    process.kill(-group, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  const members = await overProc(async (pid) => {
    const stat = parseStat(await readFile(`/proc/${pid}/stat`, 'latin1'))
    return stat.group === group && stat.state !== 'Z' ? pid : null
  })
  return members.length > 0
}

export interface GroupUsage {
  processes: number
  /** Bytes. */
  memory: number
}

/**
 * Processes and memory of process groups. On Linux the memory is what is resident without pages of files (`VmRSS` −
 * `RssFile`), because the kernel shares a program's code between its copies anyway; on macOS all that is resident.
 * Windows is not looked at.
 */
export async function usageOfGroups(
  groups: ReadonlySet<number>,
  platform: NodeJS.Platform = process.platform,
): Promise<Map<number, GroupUsage>> {
  const usage = new Map<number, GroupUsage>()
  const add = (group: number, memory: number) => {
    if (!groups.has(group)) return
    const sum = usage.get(group) ?? { processes: 0, memory: 0 }
    usage.set(group, { processes: sum.processes + 1, memory: sum.memory + memory })
  }
  if (groups.size === 0) return usage
  if (platform === 'linux') {
    await overProc(async (pid) => {
      const { group, state } = parseStat(await readFile(`/proc/${pid}/stat`, 'latin1'))
      if (groups.has(group) && state !== 'Z') add(group, ownMemory(await readFile(`/proc/${pid}/status`, 'latin1')))
      return null
    })
  } else if (platform === 'darwin') {
    const { stdout } = await run('/bin/ps', ['-A', '-o', 'pgid=,rss='], { maxBuffer: PS_BUFFER }).catch(() => ({ stdout: '' }))
    for (const line of stdout.split('\n')) {
      const [group = 0, kilobytes = 0] = line.trim().split(/\s+/).map(Number)
      add(group, kilobytes * 1024)
    }
  }
  return usage
}

/** @param status text of /proc/<pid>/status @returns bytes */
export function ownMemory(status: string): number {
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
  return (kilobytes('RssAnon') + kilobytes('RssShmem')) * 1024
}
