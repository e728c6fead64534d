// Who hears of changes: sessions of the old era, listening streams of the new one.
import { NS } from './protocol.mjs'

export const hub = {
  legacy: new Set(),
  listens: new Set(),
  emit(kind) {
    for (const s of this.legacy) s.send({ jsonrpc: '2.0', method: `notifications/${kind}/list_changed` })
    for (const l of this.listens) if (l.filter[`${kind}ListChanged`]) l.send(`notifications/${kind}/list_changed`, {})
  },
  updated(uri) {
    for (const s of this.legacy) if (s.subs.has(uri)) s.send({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } })
    for (const l of this.listens) if (l.filter.resourceSubscriptions?.includes(uri)) l.send('notifications/resources/updated', { uri })
  },
}

export function ackListen(m, send) {
  const f = m.params?.notifications ?? {},
    keep = {}
  for (const k of ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged']) if (f[k]) keep[k] = true
  if (f.resourceSubscriptions) keep.resourceSubscriptions = f.resourceSubscriptions
  const taskIds = m.params?.notifications?.taskIds
  if (taskIds) keep.taskIds = taskIds
  const l = {
    id: m.id,
    filter: keep,
    send: (method, p) => send({ jsonrpc: '2.0', method, params: { ...p, _meta: { [`${NS}subscriptionId`]: m.id } } }),
  }
  l.send('notifications/subscriptions/acknowledged', { notifications: keep })
  hub.listens.add(l)
  return l
}
