import type { Profile, Server, Link as ServerLink } from '@local-mcp/contract'
import { useQuery } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { announce } from '../../app/announcer.tsx'
import { useApi } from '../../app/api-context.tsx'
import { Link } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { IconButton } from '../../components/icon-button.tsx'
import { RowsSkeleton } from '../../components/skeleton.tsx'
import { Toggle } from '../../components/toggle.tsx'
import { useAction, useSee } from '../../lib/use-action.ts'
import { useServers } from '../../lib/use-nouns.ts'
import { ServerState } from '../servers/server-state.tsx'
import { LinkAccount } from '../sign-ins/link-account.tsx'
import { AddServerMenu } from './add-server-menu.tsx'
import { moved } from './moved.ts'

/** The servers of a profile in the order that decides whose tool keeps its name. */
export function LinkedServers({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const servers = useServers()
  const links = useQuery(queries.profiles.links.queryOptions({ input: { profile: profile.id } }))
  const seen = { onSuccess: (changed: Profile) => see({ type: 'profile.updated', profile: changed }) }
  const reorder = useAction(queries.profiles.reorderServers.mutationOptions(seen))
  const setActive = useAction(queries.profiles.setServerActive.mutationOptions(seen))
  const remove = useAction(queries.profiles.removeServer.mutationOptions(seen))
  const list = useRef<HTMLOListElement>(null)
  const pressed = useRef<string | null>(null)

  const sorted = links.data?.toSorted((a, b) => a.order - b.order)
  const order = sorted?.map(({ serverId }) => serverId) ?? []
  const orderKey = order.join()
  const failed = [links, servers].find((query) => query.isError)

  // A row that moves takes its button along, but the browser drops the focus on the way.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the order is what this waits for
  useEffect(() => {
    if (pressed.current === null) return
    list.current?.querySelector<HTMLElement>(`[data-move="${pressed.current}"]`)?.focus()
    pressed.current = null
  }, [orderKey])

  const move = (server: Server, by: -1 | 1) => {
    if (reorder.isPending) return
    const serverIds = moved(order, server.id, by)
    if (serverIds === order) return
    pressed.current = `${server.id}${by}`
    reorder.mutate(
      { profile: profile.id, serverIds: [...serverIds] },
      {
        onSuccess: () =>
          announce(t('profile.movedTo', { name: server.name, place: serverIds.indexOf(server.id) + 1, all: serverIds.length })),
      },
    )
  }

  return (
    <Card
      title={t('profile.servers')}
      description={t('profile.serversText')}
      body="list"
      actions={servers.data && sorted && <AddServerMenu profile={profile} servers={servers.data.filter(({ id }) => !order.includes(id))} />}
    >
      {failed ? (
        <div className="p-4">
          <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
        </div>
      ) : sorted === undefined || servers.data === undefined ? (
        <RowsSkeleton rows={2} />
      ) : sorted.length === 0 ? (
        <p className="px-5 py-6 text-ink-3">{t('profile.noServers')}</p>
      ) : (
        <ol ref={list} className="divide-y divide-line">
          {sorted.map((link, index) => {
            const server = servers.data.find(({ id }) => id === link.serverId)
            if (!server) return null
            return (
              <LinkedServer
                key={server.id}
                profile={profile}
                server={server}
                link={
                  setActive.isPending && setActive.variables.server === server.id
                    ? { ...link, isActive: setActive.variables.isActive }
                    : link
                }
                first={index === 0}
                last={index === sorted.length - 1}
                onMove={(by) => move(server, by)}
                onActive={(isActive) => setActive.mutate({ profile: profile.id, server: server.id, isActive })}
                onRemove={() => remove.mutate({ profile: profile.id, server: server.id })}
                busy={setActive.isPending || remove.isPending}
              />
            )
          })}
        </ol>
      )}
    </Card>
  )
}

interface RowProps {
  profile: Profile
  server: Server
  link: ServerLink
  first: boolean
  last: boolean
  busy: boolean
  onMove: (by: -1 | 1) => void
  onActive: (active: boolean) => void
  onRemove: () => void
}

function LinkedServer({ profile, server, link, first, last, busy, onMove, onActive, onRemove }: RowProps) {
  const { t } = useTranslation()
  const { name } = server
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 sm:px-5">
      <div className="min-w-0 flex-1 basis-48">
        <div className="flex items-center gap-2.5">
          <Link
            href={`/servers/${server.id}`}
            dir="auto"
            className={`truncate font-medium no-underline hover:underline ${link.isActive ? '' : 'text-ink-3'}`}
          >
            {name}
          </Link>
          <ServerState state={server.status.state} />
        </div>
        <LinkAccount profile={profile} server={server} link={link} />
      </div>
      <Button
        size="small"
        variant="quiet"
        href={`/profiles/${profile.slug}/servers/${server.slug}`}
        aria-label={t('profile.toolsOf', { name })}
      >
        {link.toolPolicy === 'all' ? t('tools.title') : t('profile.chosenTools')}
      </Button>
      <div className="flex items-center gap-0.5 max-sm:-me-2 max-sm:w-full max-sm:justify-end">
        <span className="me-2.5">
          <Toggle label={t('profile.active', { name })} checked={link.isActive} busy={busy} onChange={onActive} />
        </span>
        <IconButton
          label={t('profile.moveUp', { name })}
          icon={<ArrowUp aria-hidden className="size-4" />}
          disabled={first}
          onClick={() => onMove(-1)}
          data-move={`${server.id}-1`}
        />
        <IconButton
          label={t('profile.moveDown', { name })}
          icon={<ArrowDown aria-hidden className="size-4" />}
          disabled={last}
          onClick={() => onMove(1)}
          data-move={`${server.id}1`}
        />
        <IconButton label={t('profile.remove', { name })} icon={<X aria-hidden className="size-4" />} disabled={busy} onClick={onRemove} />
      </div>
    </li>
  )
}
