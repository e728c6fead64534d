import type { AppEvent, Server } from '@local-mcp/contract'
import { en } from '../texts/en.ts'
import type { LiveState } from './live-state.ts'

export interface PersonNeeded {
  /** Null where it is about none. */
  readonly serverId: string | null
  readonly title: string
  readonly body: string
  /** The page that says what to do. */
  readonly path: string
}

const toApprove = ({ id, name }: Server): PersonNeeded => ({
  serverId: id,
  title: en.notify.approval(name),
  body: en.notify.approvalBody,
  path: `/servers/${id}`,
})

/** Whether an event needs a person, told once when it begins. Everything else is seen by who looks. */
export function personNeeded(event: AppEvent, before: LiveState): PersonNeeded | null {
  if (event.type === 'backup.failed') return { serverId: null, title: en.notify.backup, body: event.message, path: '/backups' }
  // One that a command, a token or a client brought in: whoever adds it in the window sees it there.
  if (event.type === 'server.created') return event.server.status.state === 'approval_required' ? toApprove(event.server) : null
  if (event.type !== 'server.status.changed') return null
  const server = before.servers.find(({ id }) => id === event.serverId)
  if (!server?.enabled) return null
  const about = { serverId: server.id, path: `/servers/${server.id}` }
  const { state, problem } = event.status
  const isNew = state !== server.status.state
  if (state === 'approval_required' && isNew) return toApprove(server)
  if (state === 'auth_required' && isNew) return { ...about, title: en.notify.signIn(server.name), body: en.notify.signInBody }
  if (problem?.code === 'CRASH_LOOP' && server.status.problem?.code !== 'CRASH_LOOP')
    return { ...about, title: en.notify.crashed(server.name), body: en.notify.crashedBody }
  return null
}
