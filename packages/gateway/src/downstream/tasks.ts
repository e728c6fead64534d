import type { ServerId } from '@local-mcp/kernel'
import { seal, unseal } from './seal.ts'

const PURPOSE = 'mcp-task'

/** The name under which a client knows a server's task: it leads back to the server, and only this client can use it. */
export const sealTaskId = (serverId: ServerId, taskId: string, key: string): string => seal(PURPOSE, [serverId, taskId], key)

/** @returns null for a task that was not given to the holder of this key */
export function openTaskId(handle: string, key: string): { serverId: ServerId; taskId: string } | null {
  const sealed = unseal(PURPOSE, handle, key)
  if (!Array.isArray(sealed)) return null
  const [serverId, taskId] = sealed as [ServerId, string]
  return { serverId, taskId }
}
