import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { groupLives, markedProcesses } from './process-table.ts'

/** How often it is looked whether a process is gone, in milliseconds: the kernel does not tell. */
const LOOK_EVERY = 20
/** How long the kernel may take to take down what was killed, in milliseconds. */
const VERIFY = 1000
const GRACE_OF_STRAYS = 700

export interface StopOptions {
  /** A call is still running: it may have something to bring to its end. */
  readonly busy: boolean
  /** The whole gateway ends, and somebody waits for that. */
  readonly quitting: boolean
}

/** How long a server may take to end, in milliseconds: after the end of its input, and after SIGTERM. */
export interface Grace {
  readonly afterInput: number
  readonly afterTerm: number
}

/** At most 5 s for everything at a quit, with time left for SIGKILL and to see that it is gone. */
export function graceOf({ busy, quitting }: StopOptions = { busy: false, quitting: false }): Grace {
  if (quitting) return { afterInput: 1000, afterTerm: 2000 }
  return { afterInput: busy ? 5000 : 2000, afterTerm: 3000 }
}

/** Ends a group: SIGTERM, after the grace SIGKILL. @returns whether nobody of it is left */
export async function endGroup(group: number, afterTerm: number): Promise<boolean> {
  if (signal(-group, 'SIGTERM')) await untilGone(() => !signal(-group, 0), afterTerm)
  if (signal(-group, 'SIGKILL')) await untilGone(() => !signal(-group, 0), VERIFY)
  return !(await groupLives(group))
}

/** Ends every process with one of these marks, in whatever group it is. @returns what could not be ended */
export async function endProcesses(marks: readonly string[]): Promise<number[]> {
  let left = await markedProcesses(marks)
  if (left.length === 0) return left
  for (const pid of left) signal(pid, 'SIGTERM')
  await untilGone(() => !left.some((pid) => signal(pid, 0)), GRACE_OF_STRAYS)
  // They may start others while they are ended.
  for (let turn = 0; turn < 5; turn++) {
    left = await markedProcesses(marks)
    if (left.length === 0) return left
    for (const pid of left) signal(pid, 'SIGKILL')
    await untilGone(() => !left.some((pid) => signal(pid, 0)), VERIFY)
  }
  return markedProcesses(marks)
}

/** Arguments of `taskkill` for a process and what it started; only as long as that process lives. */
export const taskkillArguments = (pid: number): readonly string[] => ['/PID', String(pid), '/T', '/F']

/** Windows knows no groups and no polite signal: the tree is ended from its root. Never fails. */
export function endTreeOnWindows(pid: number): Promise<void> {
  return new Promise((resolve) => {
    execFile('taskkill', [...taskkillArguments(pid)], { windowsHide: true, timeout: VERIFY * 3 }, () => resolve())
  })
}

/** @returns whether there was somebody to signal */
function signal(pid: number, which: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, which)
  } catch {
    return false
  }
}

async function untilGone(gone: () => boolean, ms: number): Promise<void> {
  const deadline = performance.now() + ms
  while (!gone() && performance.now() < deadline) await sleep(LOOK_EVERY)
}

/** Waits for the promise, but no longer than `ms`. */
export async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  const waiting = new AbortController()
  await Promise.race([promise, sleep(ms, undefined, { signal: waiting.signal }).catch(() => {})])
  waiting.abort()
}
