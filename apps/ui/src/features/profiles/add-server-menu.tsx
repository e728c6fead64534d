import { Menu } from '@base-ui/react/menu'
import type { Profile, Server } from '@local-mcp/contract'
import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useApi } from '../../app/api-context.tsx'
import { navigate } from '../../app/router.tsx'
import { useAction, useSee } from '../../lib/use-action.ts'

interface Props {
  profile: Profile
  /** Servers that are not in the profile yet. */
  servers: readonly Server[]
}

const itemLook = 'flex w-full select-none items-center gap-2 rounded-sm px-2.5 py-1.5 outline-none data-highlighted:bg-hover'

export function AddServerMenu({ profile, servers }: Props) {
  const { t } = useTranslation()
  const { queries } = useApi()
  const see = useSee()
  const add = useAction(
    queries.profiles.addServer.mutationOptions({ onSuccess: (changed) => see({ type: 'profile.updated', profile: changed }) }),
  )
  return (
    <Menu.Root>
      <Menu.Trigger className="inline-flex h-7 select-none items-center gap-1.5 rounded-md border border-line bg-surface px-2.5 font-medium text-sm shadow-raised hover:bg-hover data-popup-open:bg-hover">
        <Plus aria-hidden className="size-3.5" />
        {t('profile.addServer')}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={4} className="z-50 outline-none">
          <Menu.Popup className="quiet-scroll max-h-[min(24rem,var(--available-height))] min-w-56 max-w-80 overflow-y-auto rounded-md bg-surface p-1 shadow-floating outline-none transition-opacity duration-(--quick) data-ending-style:opacity-0 data-starting-style:opacity-0">
            {servers.map(({ id, name }) => (
              <Menu.Item key={id} className={itemLook} onClick={() => add.mutate({ profile: profile.id, server: id })}>
                <span dir="auto" className="truncate">
                  {name}
                </span>
              </Menu.Item>
            ))}
            {servers.length === 0 && <p className="px-2.5 py-1.5 text-ink-3 text-sm">{t('profile.allLinked')}</p>}
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.Item className={itemLook} onClick={() => navigate('/servers/new')}>
              <Plus aria-hidden className="size-4 text-ink-3" />
              {t('profile.newServer')}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
