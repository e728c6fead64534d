import type { ServerId } from '@local-mcp/kernel'
import type { Upstream } from '../upstream/upstream.ts'
import { type Edit, type Frame, MAX_UPSTREAM_DEPTH, parseSpan } from '../wire/frame.ts'
import { toJson } from '../wire/json-edit.ts'
import { isObjectAt, skipValue, walkObject } from '../wire/json-scan.ts'
import { seal, unseal } from './seal.ts'

const PURPOSE = 'mcp-task'

/** The name under which a client knows a server's task: it leads back to the server, and only this client can use it. */
const sealTaskId = (serverId: ServerId, taskId: string, key: string): string => seal(PURPOSE, [serverId, taskId], key)

/** @returns null for a task that was not given to the holder of this key */
export function openTaskId(handle: string, key: string): { serverId: ServerId; taskId: string } | null {
  const sealed = unseal(PURPOSE, handle, key)
  if (!Array.isArray(sealed)) return null
  const [serverId, taskId] = sealed as [ServerId, string]
  return { serverId, taskId }
}

/** Gives the task in a server's answer the name under which the client knows it, and tells the server's keeper of it. */
export function taskEdits({ bytes, result }: Frame, upstream: Upstream, key: string): Edit[] {
  if (!result || !isObjectAt(bytes, result.start)) return []
  const found: Edit[] = []
  const task: Record<string, unknown> = {}
  walkObject(bytes, result.start, (member, _escaped, start) => {
    const span = { start, end: skipValue(bytes, start, MAX_UPSTREAM_DEPTH) }
    if (member === 'taskId' || member === 'status' || member === 'ttlMs') task[member] = parseSpan(bytes, span)
    if (member === 'taskId' && typeof task.taskId === 'string')
      found.push({ span, bytes: toJson(sealTaskId(upstream.record.id, task.taskId, key)) })
    return span.end
  })
  const { taskId, status, ttlMs } = task
  if (typeof taskId === 'string') upstream.noteTask(taskId, String(status), typeof ttlMs === 'number' ? ttlMs : null)
  return found
}
