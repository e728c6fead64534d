import { Menu } from '@base-ui/react/menu'
import { useSortable } from '@dnd-kit/sortable'
import type { Profile, Server, ServerCost, Link as ServerLink } from '@local-mcp/contract'
import { useQueryClient } from '@tanstack/react-query'
import { ArrowDown, ArrowDownToLine, ArrowUp, ArrowUpToLine, EllipsisVertical, GripVertical, X } from 'lucide-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { Link } from '../../app/router.tsx'
import { Button } from '../../components/button.tsx'
import { Toggle } from '../../components/toggle.tsx'
import { useAction, useSee } from '../../lib/use-action.ts'
import { useFormatCount } from '../../lib/use-format-count.ts'
import { ServerState } from '../servers/server-state.tsx'
import { LinkAccount } from '../sign-ins/link-account.tsx'

interface Props {
  profile: Profile
  server: Server
  link: ServerLink
  index: number
  count: number
  cost: ServerCost | undefined
  removing: boolean
  /** @param place that it is to have, from 0 */
  onMove: (serverId: string, place: number) => void
  onRemove: (serverId: string) => void
}

/** The frame follows every movement of a drag; what is in it does not. */
export function LinkedServerRow(props: Props) {
  const { t } = useTranslation()
  const { server } = props
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id: server.id })
  return (
    <li
      ref={setNodeRef}
      style={{ transform: transform ? `translate3d(0, ${Math.round(transform.y)}px, 0)` : undefined, transition }}
      className={`flex items-center gap-1 pe-4 ps-1.5 sm:pe-5 sm:ps-2.5 ${isDragging ? 'relative z-10 rounded-md bg-surface shadow-floating' : ''}`}
    >
      <button
        type="button"
        ref={setActivatorNodeRef}
        {...attributes}
        {...listeners}
        aria-label={t('profile.drag.handle', { name: server.name })}
        aria-roledescription={t('profile.drag.role')}
        className="flex h-9 w-6 shrink-0 cursor-grab touch-none items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink active:cursor-grabbing"
      >
        <GripVertical aria-hidden className="size-4" />
      </button>
      <RowContent {...props} />
    </li>
  )
}

const RowContent = memo(function RowContent({ profile, server, link, index, count, cost, removing, onMove, onRemove }: Props) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const cache = useQueryClient()
  const format = useFormatCount()
  const input = { profile: profile.id }
  const setActive = useAction(
    queries.profiles.setServerActive.mutationOptions({
      onSuccess: (changed, { isActive }) => {
        cache.setQueryData<ServerLink[]>(queries.profiles.links.queryKey({ input }), (now) =>
          now?.map((one) => (one.serverId === server.id ? { ...one, isActive } : one)),
        )
        see({ type: 'profile.updated', profile: changed })
      },
    }),
  )
  const isActive = setActive.isPending ? setActive.variables.isActive : link.isActive
  const { name } = server
  return (
    <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-1 py-2.5">
      <div className="min-w-0 flex-1 basis-48">
        <div className="flex items-center gap-2.5">
          <Link
            href={`/servers/${server.id}`}
            dir="auto"
            className={`truncate font-medium no-underline hover:underline ${isActive ? '' : 'text-ink-3'}`}
          >
            {name}
          </Link>
          <ServerState state={server.status.state} />
        </div>
        {cost?.listed && isActive && (
          <p className="text-ink-3 text-sm">
            {t('cost.ofServer', { count: cost.tools, tools: format(cost.tools), tokens: format(cost.tokens) })}
          </p>
        )}
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
      <div className="flex items-center gap-1.5 max-sm:ms-auto">
        <Toggle
          label={t('profile.active', { name })}
          checked={isActive}
          onChange={(next) => setActive.mutate({ ...input, server: server.id, isActive: next })}
        />
        <RowMenu
          name={name}
          index={index}
          count={count}
          removing={removing}
          onMove={(place) => onMove(server.id, place)}
          onRemove={() => onRemove(server.id)}
        />
      </div>
    </div>
  )
})

interface MenuProps {
  name: string
  index: number
  count: number
  removing: boolean
  onMove: (place: number) => void
  onRemove: () => void
}

const itemLook =
  'flex w-full select-none items-center gap-2.5 rounded-sm px-2.5 py-1.5 outline-none data-disabled:opacity-45 data-highlighted:bg-hover'

/** Moves without dragging, for whoever cannot drag, and far. */
function RowMenu({ name, index, count, removing, onMove, onRemove }: MenuProps) {
  const { t } = useTranslation()
  const moves = [
    { key: 'top', place: 0, off: index === 0, Icon: ArrowUpToLine },
    { key: 'up', place: index - 1, off: index === 0, Icon: ArrowUp },
    { key: 'down', place: index + 1, off: index === count - 1, Icon: ArrowDown },
    { key: 'bottom', place: count - 1, off: index === count - 1, Icon: ArrowDownToLine },
  ] as const
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={t('profile.menu', { name })}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-hover hover:text-ink data-popup-open:bg-hover"
      >
        <EllipsisVertical aria-hidden className="size-4" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={4} className="z-50 outline-none">
          <Menu.Popup className="min-w-52 rounded-md bg-surface p-1 shadow-floating outline-none transition-opacity duration-(--quick) data-ending-style:opacity-0 data-starting-style:opacity-0">
            {moves.map(({ key, place, off, Icon }) => (
              <Menu.Item key={key} disabled={off} className={itemLook} onClick={() => onMove(place)}>
                <Icon aria-hidden className="size-4 text-ink-3" />
                {t(`profile.move.${key}`)}
              </Menu.Item>
            ))}
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.Item disabled={removing} className={`${itemLook} text-bad`} onClick={onRemove}>
              <X aria-hidden className="size-4" />
              {t('profile.removeFrom')}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
