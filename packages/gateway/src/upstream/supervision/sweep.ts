import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Logger, messageOf } from '@local-mcp/kernel'
import { type RecordedProcess, readProcessRecord } from './process-record.ts'
import { birthOf } from './process-table.ts'
import { endProcesses, endTreeOnWindows } from './stop-ladder.ts'

/** How far the start of a process may be from what we wrote down, in milliseconds (Windows). */
const SAME_START = 2000

/**
 * Ends what an earlier life of the gateway left: the guardian was killed too, the computer is one where there is none,
 * or a process left its group. What is ended has the mark that was drawn for that life in its environment; on Windows,
 * where that cannot be read, it has the recorded pid and start time. Nothing is ever ended for its name.
 *
 * @param path the record; only whoever holds the lock of the data folder may call this
 */
export async function sweepOrphans(path: string, logger: Logger): Promise<void> {
  const record = readProcessRecord(path)
  if (!record) return
  try {
    const left = process.platform === 'win32' ? await endOnWindows(record.processes) : await endProcesses([record.life])
    // Such a one has wiped its environment, as sudo does: it is very likely ours, but it does not say so.
    const unmarked = record.processes.filter(({ pid, birth }) => birth !== null && birthOf(pid) === birth).map(({ pid }) => pid)
    const pids = [...new Set([...left, ...unmarked])]
    if (pids.length > 0) logger.warn('A server of an earlier run still lives and was left alone', { pids })
    rmSync(path, { force: true })
  } catch (error) {
    logger.warn('Looking for servers of an earlier run failed', { error: messageOf(error) })
  }
}

async function endOnWindows(processes: readonly RecordedProcess[]): Promise<number[]> {
  if (processes.length === 0) return []
  const { stdout } = await promisify(execFile)('powershell', ['-NoProfile', '-NonInteractive', '-Command', windowsQuery(processes)], {
    windowsHide: true,
  })
  for (const pid of sameStart(processes, stdout)) await endTreeOnWindows(pid)
  return []
}

/** Prints `pid milliseconds` of each process that lives, with its start since 1970. */
export function windowsQuery(processes: readonly Pick<RecordedProcess, 'pid'>[]): string {
  const ids = processes.map(({ pid }) => pid).join(',')
  return `Get-Process -Id ${ids} -ErrorAction SilentlyContinue | ForEach-Object { "$($_.Id) $([DateTimeOffset]::new($_.StartTime).ToUnixTimeMilliseconds())" }`
}

/** The processes that live and began when we started them. @param listing what `windowsQuery` prints */
export function sameStart(processes: readonly Pick<RecordedProcess, 'pid' | 'at'>[], listing: string): number[] {
  const starts = new Map(listing.split(/\r?\n/).map((line) => line.trim().split(' ').map(Number) as [number, number]))
  return processes.flatMap(({ pid, at }) => (Math.abs((starts.get(pid) ?? Number.NaN) - at) <= SAME_START ? pid : []))
}
