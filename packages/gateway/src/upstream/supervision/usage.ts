import type { SystemUsage } from '@local-mcp/contract'
import type { ServerId } from '@local-mcp/kernel'
import { type GroupUsage, usageOfGroups } from './process-table.ts'

export interface RunningServer {
  readonly id: ServerId
  /** Of its process, which leads its group. */
  readonly pid: number
  /** How many sessions have it. */
  readonly sessions: number
}

/** Measures what the servers take, and reckons what a process of its own for every session would take beyond it. */
export async function measureUsage(sessions: number, running: readonly RunningServer[]): Promise<SystemUsage> {
  return reckonUsage(sessions, running, await usageOfGroups(new Set(running.map(({ pid }) => pid))))
}

export function reckonUsage(sessions: number, running: readonly RunningServer[], groups: ReadonlyMap<number, GroupUsage>): SystemUsage {
  const servers = running.map(({ id, pid, sessions: having }) => {
    const { processes = 1, memory = 0 } = groups.get(pid) ?? {}
    return { serverId: id, sessions: having, processes, memoryBytes: memory }
  })
  return {
    sessions,
    servers,
    memoryBytes: servers.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    savedBytes: servers.reduce((sum, { memoryBytes, sessions: having }) => sum + memoryBytes * Math.max(0, having - 1), 0),
  }
}
