import type { ServerId } from '@local-mcp/kernel'
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

/** Gives the task in a server's answer the name under which the client knows it. */
export function taskEdits({ bytes, result }: Frame, serverId: ServerId, key: string): Edit[] {
  if (!result || !isObjectAt(bytes, result.start)) return []
  const found: Edit[] = []
  walkObject(bytes, result.start, (member, _escaped, start) => {
    const stop = skipValue(bytes, start, MAX_UPSTREAM_DEPTH)
    if (member === 'taskId') {
      const taskId = parseSpan(bytes, { start, end: stop })
      if (typeof taskId === 'string') found.push({ span: { start, end: stop }, bytes: toJson(sealTaskId(serverId, taskId, key)) })
    }
    return stop
  })
  return found
}
