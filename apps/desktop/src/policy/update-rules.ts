export interface UpdateSituation {
  readonly isPackaged: boolean
  readonly platform: string
  /** The variable that an AppImage sets for what it starts. */
  readonly appImage: string | undefined
  readonly switchedOn: boolean
}

/** Why this copy does not update itself; null where it does. */
export function whyNoUpdates({ isPackaged, platform, appImage }: UpdateSituation): 'package' | 'source' | null {
  if (!isPackaged) return 'source'
  // A deb or an rpm is the package manager's; an AppImage is nobody's.
  return platform === 'linux' && !appImage ? 'package' : null
}

/** By itself it looks only where it may and is let. Asked for, it looks also where it is switched off. */
export const looksByItself = (situation: UpdateSituation): boolean => situation.switchedOn && whyNoUpdates(situation) === null

/** Never while calls run, and never to what is not newer. */
export const mayInstall = (pendingCalls: number): boolean => pendingCalls === 0

const parts = (version: string) => /^(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number)

/** Releases only: no downgrade, and nothing that has no plain version. */
export function isNewer(offered: string, present: string): boolean {
  const [a, b] = [parts(offered), parts(present)]
  if (!a || !b) return false
  const at = a.findIndex((part, index) => part !== b[index])
  return at !== -1 && (a[at] as number) > (b[at] as number)
}

/** Notes of a release as plain text: they may come as HTML, or as a list of versions. */
export function notesText(notes: unknown): string {
  const all = Array.isArray(notes) ? notes.map((one: { note?: unknown }) => String(one?.note ?? '')).join('\n\n') : String(notes ?? '')
  return all
    .replace(/<[^>]*>/g, '')
    .replace(/(?!\n)\p{Cc}/gu, '')
    .trim()
    .slice(0, 4000)
}
