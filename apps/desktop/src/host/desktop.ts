import type { AppEvent } from '@local-mcp/contract'
import { type Logger, messageOf } from '@local-mcp/kernel'
import { LINK_PAUSE, readLaunch, readLink } from '../policy/deep-link.ts'
import { type LiveState, needsPerson } from '../policy/live-state.ts'
import { menuModel } from '../policy/menu-model.ts'
import { appUrl, NOTICE_URL } from '../policy/navigation.ts'
import { isNoticeAction, type Notice, type NoticeAction, type PortChoice } from '../policy/notice.ts'
import { personNeeded } from '../policy/notifications.ts'
import { DRAIN_MS, nextQuitState, type QuitEvent, type QuitState } from '../policy/quit.ts'
import { type Command, stateLine, trayModel } from '../policy/tray-model.ts'
import { en } from '../texts/en.ts'
import type { Gateway } from './gateway.ts'
import { createLiveFeed } from './live-feed.ts'
import type { SettingsFile } from './settings-file.ts'
import type { Shell } from './shell.types.ts'

/** In ms, where a person has switched it on. */
const LOOK_FOR_UPDATES = 24 * 60 * 60 * 1000

/** How long a person has to be needed before being told so, in ms. */
const TELL_AFTER = 1500

export interface DesktopOptions {
  readonly shell: Shell
  readonly settings: SettingsFile
  readonly logger: Logger
  readonly platform: string
  readonly isPackaged: boolean
  readonly port: () => PortChoice
  readonly now: () => number
  readonly createGateway: (hear: { readonly onChange: () => void; readonly onQuit: () => void }) => Gateway
}

/** What the app does about what happens: between the gateway, what was asked for, and the shell that shows it. */
export function createDesktop(options: DesktopOptions) {
  const { shell, settings, logger, platform, isPackaged, port, now } = options
  let quit: QuitState = 'open'
  let callsAtQuit = 0
  let crash: string | null = null
  let gone = false
  let path = '/'
  let shown: string | null = null
  let lastLink = Number.NEGATIVE_INFINITY

  const gateway = options.createGateway({ onChange: () => live.follow(), onQuit: () => ask() })
  const live = createLiveFeed({ gateway: () => gateway, logger, onState: draw, onEvent: tell })

  function notice(): Notice | null {
    if (crash !== null) return { kind: 'crashed', message: crash }
    if (quit !== 'open') return { kind: 'quitting', calls: callsAtQuit }
    if (gone) return { kind: 'gone' }
    if (gateway.phase() === 'stopped') return { kind: 'stopped' }
    const error = gateway.error()
    return error ? { kind: 'failed', code: error.code, message: error.message, next: error.next ?? '', port: port() } : null
  }

  function draw(): void {
    const state = live.state()
    shell.drawTray(trayModel(state, quit, shell.login.get()), `${en.app}: ${stateLine(state, quit)}`)
    const wanted = notice()
    const key = wanted === null ? null : JSON.stringify(wanted)
    if (key === shown) return
    shown = key
    if (shell.window.isOpen()) shell.window.show(key === null ? appUrl(path) : NOTICE_URL)
  }
  const drawMenu = () => shell.drawMenu(menuModel({ platform, isPackaged, updates: settings.get().updates }))

  /** Who is needed only for a moment, as by a server that is added and approved in one breath, is not called. */
  function tell(event: AppEvent, before: LiveState): void {
    const needed = personNeeded(event, before)
    if (!needed) return
    setTimeout(() => {
      const server = live.state().servers.find(({ id }) => id === needed.serverId)
      if (needed.serverId !== null && !(server && needsPerson(server))) return
      if (!shell.window.isFocused()) shell.notify(needed.title, needed.body, () => open(needed.path))
    }, TELL_AFTER).unref()
  }

  /** Opens the window, at a page if one is named; at the notice where there is one. */
  function open(to?: string): void {
    path = to ?? '/'
    if (!shell.window.isOpen() || (to !== undefined && notice() === null)) shell.window.show(notice() ? NOTICE_URL : appUrl(path))
    else shell.window.focus()
  }

  function ask(): void {
    callsAtQuit = live.state().pending.size
    become({ type: 'asked', calls: callsAtQuit })
  }
  function become(event: QuitEvent): void {
    const before = quit
    quit = nextQuitState(quit, event)
    if (quit === before) return
    draw()
    if (quit === 'draining') void gateway.drain(DRAIN_MS).then(() => become({ type: 'drained' }))
    if (quit === 'closing') void gateway.stop().then(() => become({ type: 'closed' }))
    if (quit === 'ended') shell.end()
  }

  async function reset(): Promise<void> {
    const { servers, profiles } = live.state()
    const { dialog } = en
    const first = {
      message: dialog.reset,
      detail: dialog.resetDetail(servers.length, profiles.length),
      buttons: [dialog.cancel, dialog.resetNext],
    }
    if ((await shell.ask(first)) !== 1) return
    const second = { message: dialog.resetAgain, detail: dialog.resetAgainDetail, buttons: [dialog.cancel, dialog.resetNow] }
    if ((await shell.ask(second)) === 1) await gateway.operations()?.data.reset({ confirm: 'reset' })
  }

  async function run(command: Command): Promise<void> {
    if (command.do === 'open') open(command.path)
    else if (command.do === 'copy') shell.copy(command.text)
    else if (command.do === 'start') await gateway.start()
    else if (command.do === 'stop') await gateway.stop()
    else if (command.do === 'backUp') await gateway.operations()?.backups.run(undefined)
    else if (command.do === 'reset') await reset()
    else if (command.do === 'checkUpdates') await shell.updates.check(true)
    else if (command.do === 'closeWindow') shell.window.close()
    else if (command.do === 'quit') ask()
    else if (command.do === 'setLogin') {
      shell.login.set(command.on)
      draw()
    } else if (command.do === 'setUpdates') {
      settings.change({ updates: command.on })
      drawMenu()
    }
  }
  const command = (wanted: Command): void =>
    void run(wanted).catch((error: unknown) => {
      logger.warn('What was chosen in a menu failed', { command: wanted.do, error: messageOf(error) })
      void shell.ask({ message: en.dialog.failed, detail: messageOf(error), buttons: [en.dialog.close] })
    })

  function act(action: NoticeAction, input: Readonly<Record<string, string>>): void {
    if (action === 'quit') ask()
    else if (action === 'restart') shell.relaunch()
    else if (action === 'reload') {
      gone = false
      draw()
    } else if (action === 'port') {
      const chosen = Number(input.port)
      if (!port().isFree || !Number.isInteger(chosen) || chosen < 1024 || chosen > 65_535) return
      settings.change({ port: chosen })
      void gateway.start()
    } else void gateway.start()
  }

  return {
    gateway,
    notice,
    command,
    open,
    quit: ask,
    mayEnd: () => quit === 'ended',
    /** Calls that an update would interrupt. */
    pendingCalls: () => live.state().pending.size,
    start(hidden: boolean): void {
      drawMenu()
      draw()
      if (!hidden) open('/')
      void gateway.start()
      const look = () => void shell.updates.check(false)
      look()
      setInterval(look, LOOK_FOR_UPDATES).unref()
    },
    /** A link or a form of a notice was followed. */
    action(name: string, input: Readonly<Record<string, string>>): void {
      if (isNoticeAction(name) && notice() !== null) act(name, input)
    },
    link(link: string): void {
      const at = now()
      const target = readLink(link)
      if (target === null || at - lastLink < LINK_PAUSE) {
        logger.info('A link was not followed', { known: target !== null })
        return
      }
      lastLink = at
      open(target.path)
    },
    secondLaunch(argv: readonly string[]): void {
      const { link } = readLaunch(argv)
      if (link === null) open()
      else this.link(link)
    },
    rendererGone(reason: string): void {
      logger.error('The window ended', { reason })
      gone = true
      draw()
    },
    crashed(error: unknown): void {
      logger.error('Uncaught exception', { error: messageOf(error), stack: error instanceof Error ? error.stack : undefined })
      if (crash !== null) return
      crash = messageOf(error)
      void gateway.stop()
      draw()
      open()
    },
    /** The first time that a person closes the window, what goes on without it is explained before. */
    mayClose(): boolean {
      if (quit !== 'open' || settings.get().explainedClose) return true
      settings.change({ explainedClose: true })
      const { closed, closedDetail, keep, quit: end } = en.dialog
      void shell.ask({ message: closed, detail: closedDetail, buttons: [keep, end] }).then((chosen) => {
        if (chosen === 1) ask()
        else shell.window.close()
      })
      return false
    },
  }
}

export type Desktop = ReturnType<typeof createDesktop>
