import { en } from '../texts/en.ts'
import { type LiveState, needsPerson } from './live-state.ts'
import type { QuitState } from './quit.ts'

/** What choosing an entry asks for. */
export type Command =
  | { readonly do: 'open'; readonly path: string }
  | { readonly do: 'copy'; readonly text: string }
  | { readonly do: 'start' | 'stop' | 'backUp' | 'reset' | 'checkUpdates' | 'quit' | 'closeWindow' }
  | { readonly do: 'setLogin' | 'setUpdates'; readonly on: boolean }

export interface Entry {
  readonly label?: string
  readonly type?: 'separator' | 'checkbox' | 'submenu' | 'normal'
  readonly enabled?: boolean
  readonly checked?: boolean
  readonly accelerator?: string
  /** Of Electron's own: what it does is the system's. */
  readonly role?: string
  readonly command?: Command
  readonly submenu?: readonly Entry[]
}

const MAX_LABEL = 60
/** Names are set by anybody: one line, no mnemonic, and not longer than a menu is wide. */
const label = (text: string): string => {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').replaceAll('&', '&&')
  return line.length > MAX_LABEL ? `${line.slice(0, MAX_LABEL - 1)}…` : line
}

/** One line about how it is. */
export function stateLine({ phase, servers, pending }: LiveState, quit: QuitState): string {
  if (quit === 'draining') return en.state.draining(pending.size)
  if (quit !== 'open') return en.state.closing
  if (phase !== 'running' && phase !== 'attached') return en.state[phase]
  const used = servers.filter(({ enabled }) => enabled)
  const troubled = used.filter(needsPerson).length
  const line =
    troubled > 0
      ? en.state.troubled(troubled)
      : en.state.running(used.filter(({ status }) => status.state === 'connected').length, used.length)
  return phase === 'attached' ? en.state.attached(line) : line
}

const LINE: Entry = { type: 'separator' }

/** The menu of the tray. What cannot be done at the moment is grey: nothing is begun twice. */
export function trayModel(state: LiveState, quit: QuitState, login: boolean): Entry[] {
  const { phase, profiles, failures, backingUp } = state
  const isOpen = quit === 'open'
  const serves = isOpen && (phase === 'running' || phase === 'attached')
  const ownOne = phase === 'running' || phase === 'recovery'
  return [
    { label: label(stateLine(state, quit)), enabled: false },
    LINE,
    { label: en.tray.open, command: { do: 'open', path: '/' } },
    {
      label: en.tray.profiles,
      enabled: serves && profiles.length > 0,
      submenu: profiles.map(({ name, endpoint }) => ({ label: label(name), command: { do: 'copy', text: endpoint } })),
    },
    {
      label: en.tray.failures,
      enabled: serves && failures.length > 0,
      submenu: failures.map(({ tool, errorCode, serverId }) => ({
        label: label(errorCode ? `${tool}: ${errorCode}` : tool),
        command: { do: 'open', path: serverId ? `/servers/${serverId}` : '/' },
      })),
    },
    LINE,
    ownOne || phase === 'attached'
      ? { label: en.tray.stop, enabled: isOpen && ownOne, command: { do: 'stop' } }
      : { label: en.tray.start, enabled: isOpen && phase !== 'starting', command: { do: 'start' } },
    { label: backingUp ? en.tray.backingUp : en.tray.backUp, enabled: serves && !backingUp, command: { do: 'backUp' } },
    // In recovery there is one page, which has it.
    {
      label: en.tray.restore,
      enabled: isOpen && (serves || phase === 'recovery') && !backingUp,
      command: { do: 'open', path: '/backups' },
    },
    { label: en.tray.reset, enabled: serves && !backingUp, command: { do: 'reset' } },
    LINE,
    { label: en.tray.login, type: 'checkbox', checked: login, command: { do: 'setLogin', on: !login } },
    { label: en.tray.updates, enabled: isOpen, command: { do: 'checkUpdates' } },
    { label: quit === 'draining' ? en.tray.quitNow : en.tray.quit, enabled: isOpen || quit === 'draining', command: { do: 'quit' } },
  ]
}
