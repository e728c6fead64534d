import type { AppEvent } from '@local-mcp/contract'
import { en } from '../texts/en.ts'
import type { LiveState } from './live-state.ts'

export interface PersonNeeded {
  readonly title: string
  readonly body: string
  /** The page that says what to do. */
  readonly path: string
}

/** Whether an event needs a person, told once when it begins. Everything else is seen by who looks. */
export function personNeeded(event: AppEvent, before: LiveState): PersonNeeded | null {
  if (event.type === 'backup.failed') return { title: en.notify.backup, body: event.message, path: '/backups' }
  if (event.type !== 'server.status.changed') return null
  const server = before.servers.find(({ id }) => id === event.serverId)
  if (!server?.enabled) return null
  const path = `/servers/${server.id}`
  const { state, problem } = event.status
  const isNew = state !== server.status.state
  if (state === 'approval_required' && isNew) return { title: en.notify.approval(server.name), body: en.notify.approvalBody, path }
  if (state === 'auth_required' && isNew) return { title: en.notify.signIn(server.name), body: en.notify.signInBody, path }
  if (problem?.code === 'CRASH_LOOP' && server.status.problem?.code !== 'CRASH_LOOP')
    return { title: en.notify.crashed(server.name), body: en.notify.crashedBody, path }
  return null
}
