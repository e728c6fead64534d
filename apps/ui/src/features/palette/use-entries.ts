import { PROBLEMS } from '@local-mcp/contract'
import {
  Archive,
  CircleQuestionMark,
  ClipboardCopy,
  Database,
  Globe,
  KeyRound,
  Layers,
  type LucideIcon,
  Moon,
  PlugZap,
  Plus,
  RotateCw,
  Sun,
  Ticket,
  UserRound,
} from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { announce } from '../../app/announcer.tsx'
import { useApi } from '../../app/api-context.tsx'
import { NAV } from '../../app/nav.ts'
import { openOverlay } from '../../app/overlays.ts'
import { navigate } from '../../app/router.tsx'
import { useAction, useSay, useSee } from '../../lib/use-action.ts'
import { useAccounts, useProfiles, useSecrets, useServers, useSources, useTokens } from '../../lib/use-nouns.ts'
import { useNameOf } from '../secrets/use-name-of.ts'
import { useChangeAppearance } from '../settings/use-change-appearance.ts'
import type { Entry } from './groups.ts'

export interface Command extends Entry {
  readonly Icon: LucideIcon
  /** Beside the label, where that alone would not tell. */
  readonly detail?: string
  readonly run: () => void
}

/** Everything that can be gone to or done from anywhere. */
export function useEntries(showHelp: (code: keyof typeof PROBLEMS) => void): Command[] {
  const { t } = useTranslation()
  const actions = useActions()
  const servers = useServers().data
  const profiles = useProfiles().data
  const tokens = useTokens().data
  const sources = useSources().data
  const accounts = useAccounts().data
  const secrets = useSecrets().data
  const nameOf = useNameOf()

  return useMemo(() => {
    const go = (href: string) => () => navigate(href)
    const serverName = (id: string) => servers?.find((server) => server.id === id)?.name ?? ''
    return [
      ...NAV.map(({ href, key, Icon }): Command => ({ id: href, group: 'pages', label: t(`nav.${key}`), Icon, run: go(href) })),
      ...actions,
      ...(servers ?? []).map(
        ({ id, name, slug }): Command => ({
          id: `server:${id}`,
          group: 'servers',
          label: name,
          words: slug,
          Icon: Globe,
          run: go(`/servers/${id}`),
        }),
      ),
      ...(profiles ?? []).map(
        ({ id, name, slug }): Command => ({
          id: `profile:${id}`,
          group: 'profiles',
          label: name,
          words: slug,
          Icon: Layers,
          run: go(`/profiles/${slug}`),
        }),
      ),
      ...(tokens ?? [])
        .filter(({ revokedAt }) => revokedAt === null)
        .map(
          ({ id, name }): Command => ({ id: `token:${id}`, group: 'tokens', label: name, Icon: Ticket, run: go(`/clients/tokens/${id}`) }),
        ),
      ...(sources ?? []).map(
        ({ id, name }): Command => ({ id: `source:${id}`, group: 'sources', label: name, Icon: Database, run: go('/sources') }),
      ),
      ...(accounts ?? []).map(
        ({ id, name, serverId }): Command => ({
          id: `account:${id}`,
          group: 'accounts',
          label: name,
          detail: serverName(serverId),
          words: serverName(serverId),
          Icon: UserRound,
          run: go(`/servers/${serverId}?tab=sign-in`),
        }),
      ),
      ...(secrets ?? []).map(
        (secret): Command => ({ id: `secret:${secret.id}`, group: 'secrets', label: nameOf(secret), Icon: KeyRound, run: go('/secrets') }),
      ),
      ...Object.entries(PROBLEMS).map(
        ([code, { title }]): Command => ({
          id: `help:${code}`,
          group: 'help',
          label: title,
          words: code,
          Icon: CircleQuestionMark,
          run: () => showHelp(code as keyof typeof PROBLEMS),
        }),
      ),
    ]
  }, [t, actions, servers, profiles, tokens, sources, accounts, secrets, nameOf, showHelp])
}

function useActions(): Command[] {
  const { t } = useTranslation()
  const { queries } = useApi()
  const say = useSay()
  const see = useSee()
  const servers = useServers().data
  const profiles = useProfiles().data
  const change = useChangeAppearance()
  const backUp = useAction(
    queries.backups.run.mutationOptions({
      onSuccess: (backup) => {
        see({ type: 'backup.finished', backup })
        say(t('palette.backedUp'))
      },
    }),
  ).mutate
  const restart = useAction(
    queries.servers.restart.mutationOptions({
      onSuccess: (status, { server }) => {
        see({ type: 'server.status.changed', serverId: server, status })
        say(t('palette.restarted', { name: servers?.find(({ id }) => id === server)?.name ?? server }))
      },
    }),
  ).mutate

  return useMemo(() => {
    const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark' || isSystemDark()
    const other = isDark ? 'light' : 'dark'
    const copy = async (text: string) => {
      try {
        await navigator.clipboard.writeText(text)
        announce(t('copy.done'))
        say(t('copy.done'))
      } catch {
        say(t('copy.refused'))
      }
    }
    const action = (id: string, label: string, Icon: LucideIcon, run: () => void): Command => ({ id, group: 'actions', label, Icon, run })
    return [
      action('add-server', t('servers.add'), Plus, () => navigate('/servers/new')),
      action('connect-client', t('clients.connect'), PlugZap, () => navigate('/clients/connect')),
      action('create-token', t('tokens.create'), Ticket, () => openOverlay('token')),
      action('back-up', t('backups.now'), Archive, () => backUp({})),
      action('theme', t('palette.theme', { theme: t(`palette.themes.${other}`) }), isDark ? Sun : Moon, () => change({ theme: other })),
      action('shortcuts', t('shortcuts.title'), CircleQuestionMark, () => openOverlay('shortcuts')),
      ...(servers ?? [])
        .filter(({ enabled, status }) => enabled && status.state !== 'approval_required')
        .map(({ id, name }) => action(`restart:${id}`, t('palette.restart', { name }), RotateCw, () => restart({ server: id }))),
      ...(profiles ?? []).map(({ id, name, endpoint }) =>
        action(`copy:${id}`, t('palette.copyEndpoint', { name }), ClipboardCopy, () => void copy(endpoint)),
      ),
    ]
  }, [t, servers, profiles, backUp, restart, change, say])
}

const isSystemDark = () => document.documentElement.dataset.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches
