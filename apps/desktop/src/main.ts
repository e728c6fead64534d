import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createLogger, messageOf, systemClock } from '@local-mcp/kernel'
import { logToStderr, readEnvironment, runStdioBridge, SECRET_VARIABLES, startProcessesWith } from '@local-mcp/runtime'
import { createDesktop, type Desktop } from './host/desktop.ts'
import { createGateway } from './host/gateway.ts'
import { instanceFolder } from './host/instance-folder.ts'
import { openSettings } from './host/settings-file.ts'
import { createUpdateFlow } from './host/update-flow.ts'
import { launchCommand, preload, trayIcon, uiDir, version } from './package.ts'
import { readLaunch, readStdio } from './policy/deep-link.ts'
import { registerAppScheme, serveApp } from './shell/app-protocol.ts'
import * as application from './shell/application.ts'
import { ask, askOutside, askUnresponsive, notify, showFatal } from './shell/dialogs.ts'
import { installGuards } from './shell/guards.ts'
import { loginItem } from './shell/login-item.ts'
import { copyText, createTray, drawMenu } from './shell/menus.ts'
import { takePorts } from './shell/port.ts'
import { startUtilityProcess } from './shell/processes.ts'
import { updateSource } from './shell/updater.ts'
import { createWindow } from './shell/window.ts'
import { en } from './texts/en.ts'

async function main(): Promise<void> {
  registerAppScheme()
  const isPackaged = application.isPackaged()
  const command = launchCommand(isPackaged)
  const environment = readEnvironment(process.env)
  const { databasePath, logLevel, corsOrigins, pool, keys, oauth, givenToken, userPlaces, owner } = environment
  // What is started from here, and what configurations refer to, must not find them.
  for (const name of SECRET_VARIABLES) delete process.env[name]

  const profile = readStdio(process.argv)
  if (profile !== null) return application.exitApp((await runStdioBridge(databasePath, profile, command)) ? 0 : 1)

  let desktop: Desktop | null = null
  const folder = instanceFolder(application.configFolder(), databasePath, readEnvironment({}).databasePath)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!application.claimInstance(folder, (argv) => desktop?.secondLaunch(argv))) return application.exitApp(0)
  application.onLink((link) => desktop?.link(link))
  startProcessesWith(startUtilityProcess)
  const logger = createLogger(logLevel, systemClock.now, logToStderr(false))
  process.on('unhandledRejection', (error) => logger.error('Unhandled rejection', { error: messageOf(error) }))
  process.on('uncaughtException', (error) => (desktop ? desktop.crashed(error) : application.exitApp(1)))
  await application.ready()
  application.registerLinks()

  const settings = openSettings(join(folder, 'settings.json'))
  const isFree = !process.env.PORT?.trim()
  const port = () => (isFree ? (settings.get().port ?? environment.port) : environment.port)
  const window = createWindow({
    ...{ preload, isPackaged, place: () => settings.get().place, onPlace: (place) => settings.change({ place }) },
    ...{ mayClose: () => app.mayClose(), onGone: (reason) => app.rendererGone(reason), onUnresponsive: askUnresponsive },
  })
  const app: Desktop = createDesktop({
    settings,
    logger,
    isPackaged,
    port: () => ({ port: port(), isFree }),
    platform: process.platform,
    now: () => performance.now(),
    createGateway: (hear) =>
      createGateway({
        ...{ databasePath, version, corsOrigins, pool, keys, oauth, givenToken, userPlaces, owner, logger, port, env: process.env },
        ...{ host: 'desktop', abilities: [], cliCommand: command, uiDir: uiDir(isPackaged), ...hear },
      }),
    shell: {
      ...{ ask, notify, copy: copyText, relaunch: application.relaunch, end: application.endApp },
      window,
      login: loginItem(command),
      updates: createUpdateFlow({
        ...{ source: updateSource, version, ask, logger, switchedOn: () => settings.get().updates, pendingCalls: () => app.pendingCalls() },
        beforeInstall: () => app.gateway.stop(),
      }),
      drawTray: (entries, tooltip) => tray.draw(entries, tooltip, app.command),
      drawMenu: (entries) => drawMenu(entries, app.command),
    },
  })
  desktop = app
  const tray = createTray(trayIcon, () => app.open())
  application.keepUntil(app.mayEnd, app.quit, () => app.open())
  serveApp(uiDir(isPackaged), app.notice)
  installGuards({ onAction: app.action, onOutside: askOutside })
  takePorts(() => window.contents(), app.gateway.connect)
  const launch = readLaunch(process.argv)
  app.start(launch.hidden)
  if (launch.link) app.link(launch.link)
}

main().catch((error: unknown) => {
  showFatal(en.notice.failed, messageOf(error))
  application.exitApp(1)
})
