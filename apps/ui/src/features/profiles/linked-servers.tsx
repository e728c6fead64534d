import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  TouchSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import { arrayMove, SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable'
import type { Link, Profile } from '@local-mcp/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { announce } from '../../app/announcer.tsx'
import { useApi } from '../../app/api-context.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { useAction, useSay, useSee } from '../../lib/use-action.ts'
import { useServers } from '../../lib/use-nouns.ts'
import { AddServerMenu } from './add-server-menu.tsx'
import { LinkedServerRow } from './linked-server-row.tsx'
import { ordered } from './ordered.ts'
import { useEffectiveTools } from './use-effective-tools.ts'

const NO_LINKS: readonly Link[] = []

/** How far a pointer moves, in pixels, and how long a finger rests, in milliseconds, before a row is taken along. */
const POINTER = { activationConstraint: { distance: 4 } }
const FINGER = { activationConstraint: { delay: 150, tolerance: 8 } }
const KEYS = { coordinateGetter: sortableKeyboardCoordinates }

/** The servers of a profile in the order that decides whose tool keeps its name. */
export function LinkedServers({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const say = useSay()
  const cache = useQueryClient()
  const servers = useServers()
  const input = { profile: profile.id }
  const links = useQuery(queries.profiles.links.queryOptions({ input }))
  const costs = useEffectiveTools(profile).data?.servers
  const list = useRef<HTMLOListElement>(null)

  const reorder = useAction(
    queries.profiles.reorderServers.mutationOptions({
      onSuccess: (changed) => {
        cache.setQueryData<Link[]>(queries.profiles.links.queryKey({ input }), (now) => now && ordered(now, changed.serverIds))
        see({ type: 'profile.updated', profile: changed })
      },
    }),
  )
  const restore = useAction(
    queries.profiles.addServer.mutationOptions({ onSuccess: (changed) => see({ type: 'profile.updated', profile: changed }) }),
  )
  const remove = useAction(
    queries.profiles.removeServer.mutationOptions({
      onSuccess: ({ removed, ...changed }, { server }) => {
        const name = servers.data?.find(({ id }) => id === server)?.name ?? ''
        cache.setQueryData<Link[]>(queries.profiles.links.queryKey({ input }), (now) => now?.filter(({ serverId }) => serverId !== server))
        see({ type: 'profile.updated', profile: changed })
        say(t('profile.removed', { name }), {
          label: t('common.undo'),
          run: () => restore.mutate({ profile: profile.id, server, restore: removed }),
        })
        // The row is gone with the button that was pressed.
        list.current?.focus()
      },
    }),
  )

  const stored = useMemo(() => links.data?.toSorted((a, b) => a.order - b.order), [links.data])
  // What was ordered is seen at once; a refusal brings the stored order back.
  const shown = reorder.isPending && stored ? ordered(stored, reorder.variables.serverIds) : stored
  const order = (shown ?? NO_LINKS).map(({ serverId }) => serverId)
  const nameOf = (id: unknown) => servers.data?.find((server) => server.id === id)?.name ?? ''
  const failed = [links, servers].find((query) => query.isError)

  const moveTo = (id: string, place: number) => {
    const from = order.indexOf(id)
    const to = Math.max(0, Math.min(place, order.length - 1))
    if (from < 0 || from === to) return
    reorder.mutate({ profile: profile.id, serverIds: arrayMove(order, from, to) })
  }
  // Rows are drawn again only when something of theirs changed, so they are handed the latest of these, not new ones.
  const latest = useRef({ moveTo, remove: (_id: string) => {}, nameOf, count: 0 })
  latest.current = { moveTo, remove: (id) => remove.mutate({ profile: profile.id, server: id }), nameOf, count: order.length }
  const onMove = useCallback(
    (id: string, place: number) => {
      const { moveTo, nameOf, count } = latest.current
      moveTo(id, place)
      announce(t('profile.movedTo', { name: nameOf(id), place: Math.max(1, Math.min(place + 1, count)), all: count }))
    },
    [t],
  )
  const onRemove = useCallback((id: string) => latest.current.remove(id), [])

  const sensors = useSensors(useSensor(PointerSensor, POINTER), useSensor(TouchSensor, FINGER), useSensor(KeyboardSensor, KEYS))
  const place = (id: unknown) => order.indexOf(String(id)) + 1
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over) moveTo(String(active.id), order.indexOf(String(over.id)))
  }
  // A row is over itself as soon as it is picked up, which is no news.
  const lastOver = useRef<unknown>(null)
  const isNews = (id: unknown) => {
    const isNew = lastOver.current !== id
    lastOver.current = id
    return isNew
  }
  const said = (key: 'grabbed' | 'over' | 'dropped' | 'putBack', active: { id: unknown }, over?: { id: unknown } | null) =>
    t(`profile.drag.${key}`, { name: nameOf(active.id), place: place((over ?? active).id), all: order.length })

  return (
    <Card
      title={t('profile.servers')}
      description={t('profile.serversText')}
      body="list"
      actions={servers.data && stored && <AddServerMenu profile={profile} servers={servers.data.filter(({ id }) => !order.includes(id))} />}
    >
      {failed ? (
        <div className="p-4">
          <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
        </div>
      ) : shown === undefined || servers.data === undefined ? (
        <RowsSkeleton rows={2} />
      ) : shown.length === 0 ? (
        <p className="px-5 py-6 text-ink-3">{t('profile.noServers')}</p>
      ) : (
        <DndContext
          sensors={sensors}
          collisionDetection={closestCenter}
          onDragEnd={onDragEnd}
          accessibility={{
            screenReaderInstructions: { draggable: t('profile.drag.how') },
            announcements: {
              onDragStart: ({ active }) => {
                isNews(active.id)
                return said('grabbed', active)
              },
              onDragOver: ({ active, over }) => (over && isNews(over.id) ? said('over', active, over) : undefined),
              onDragEnd: ({ active, over }) => said('dropped', active, over),
              onDragCancel: ({ active }) => said('putBack', active),
            },
          }}
        >
          <SortableContext items={order} strategy={verticalListSortingStrategy}>
            <ol ref={list} tabIndex={-1} aria-label={t('profile.servers')} className="divide-y divide-line outline-none">
              {shown.map((link, index) => {
                const server = servers.data.find(({ id }) => id === link.serverId)
                return (
                  server && (
                    <LinkedServerRow
                      key={server.id}
                      profile={profile}
                      server={server}
                      link={link}
                      index={index}
                      count={shown.length}
                      cost={costs?.find(({ serverId }) => serverId === server.id)}
                      onMove={onMove}
                      onRemove={onRemove}
                      removing={remove.isPending && remove.variables.server === server.id}
                    />
                  )
                )
              })}
            </ol>
          </SortableContext>
        </DndContext>
      )}
    </Card>
  )
}
