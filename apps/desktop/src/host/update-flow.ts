import { type Logger, messageOf } from '@local-mcp/kernel'
import { isNewer, looksByItself, mayInstall, notesText, type UpdateSituation, whyNoUpdates } from '../policy/update-rules.ts'
import { en } from '../texts/en.ts'
import type { Question, Shell } from './shell.types.ts'

export interface UpdateSource {
  situation(): Omit<UpdateSituation, 'switchedOn'>
  /** Asks for the newest release. Nothing is downloaded before `download`. */
  look(): Promise<{ version: string | undefined; releaseNotes: unknown; download(): Promise<unknown>; install(): void }>
}

export interface UpdateOptions {
  readonly source: UpdateSource
  readonly version: string
  readonly switchedOn: () => boolean
  readonly pendingCalls: () => number
  readonly ask: (question: Question) => Promise<number>
  /** Takes the gateway down: the installer ends the process. */
  readonly beforeInstall: () => Promise<void>
  readonly logger: Logger
}

/** Looks for a newer release, shows what is new, and installs it when the person says so and no call runs. */
export function createUpdateFlow(options: UpdateOptions): Shell['updates'] {
  const { source, version, switchedOn, pendingCalls, ask, beforeInstall, logger } = options
  const { dialog } = en
  const say = (message: string, detail = '') => ask({ message, detail, buttons: [dialog.close] })
  const choose = async (message: string, detail: string, yes: string) =>
    (await ask({ message, detail, buttons: [dialog.updateLater, yes] })) === 1

  async function look(asked: boolean): Promise<void> {
    const found = await source.look()
    if (!found.version || !isNewer(found.version, version)) {
      if (asked) await say(dialog.upToDate, version)
      return
    }
    if (!(await choose(dialog.update(found.version), notesText(found.releaseNotes), dialog.updateNow))) return
    await found.download()
    if (!(await choose(dialog.updateReady, dialog.updateReadyDetail, dialog.updateRestart))) return
    if (!mayInstall(pendingCalls())) {
      await say(dialog.updateBusy)
      return
    }
    await beforeInstall()
    found.install()
  }

  return {
    async check(asked) {
      const situation = { ...source.situation(), switchedOn: switchedOn() }
      const why = whyNoUpdates(situation)
      if (why !== null) {
        if (asked) await say(dialog.noUpdates[why])
        return
      }
      if (!asked && !looksByItself(situation)) return
      await look(asked).catch((error: unknown) => {
        if (asked) throw error
        logger.info('Looking for updates failed', { error: messageOf(error) })
      })
    },
  }
}
