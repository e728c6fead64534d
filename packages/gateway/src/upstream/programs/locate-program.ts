import { posix, win32 } from 'node:path'
import type { Files } from './files.ts'

export interface Place {
  readonly cwd: string
  /** The folders to search, as in the variable PATH. */
  readonly path: string
  readonly platform: NodeJS.Platform
  /** Endings of programs on Windows, as in the variable PATHEXT. */
  readonly pathext?: string
  readonly files: Files
}

export type Located =
  | { readonly kind: 'found' | 'directory' | 'not_executable'; readonly file: string }
  | { readonly kind: 'missing'; readonly file: null }

const PATHEXT = '.COM;.EXE;.BAT;.CMD'

/**
 * The file that a command means, as an absolute path, found as the system itself would, with two differences: folders of
 * the PATH that are not absolute are left out, and Windows' custom of looking in the working directory first is not
 * followed, so that what lies in a folder cannot take the place of what was meant.
 */
export function locateProgram(command: string, { cwd, path, platform, pathext, files }: Place): Located {
  const windows = platform === 'win32'
  const { isAbsolute, join, resolve, delimiter } = windows ? win32 : posix
  const endings = windows ? endingsOf(command, pathext ?? PATHEXT) : ['']
  const named = windows ? /[\\/]/.test(command) || /^[A-Za-z]:/.test(command) : command.includes('/')
  const folders = named
    ? [null]
    : path
        .split(delimiter)
        .map((folder) => (windows ? folder.replace(/^"|"$/g, '') : folder))
        .filter((folder) => isAbsolute(folder))
  let second: Located = { kind: 'missing', file: null }
  for (const folder of folders) {
    for (const ending of endings) {
      const file = folder === null ? resolve(cwd, `${command}${ending}`) : join(folder, `${command}${ending}`)
      const kind = files.kind(file)
      if (kind === 'file' && (windows || files.executable(file))) return { kind: 'found', file }
      // A folder in the PATH that has the name of the command is nothing that anybody meant.
      if (kind !== null && second.kind === 'missing' && (kind === 'file' || named))
        second = { kind: kind === 'directory' ? 'directory' : 'not_executable', file }
    }
  }
  return second
}

/** A name that says its ending is taken as it is first. */
function endingsOf(command: string, pathext: string): string[] {
  const endings = pathext.split(';').filter(Boolean)
  const has = endings.some((ending) => command.toLowerCase().endsWith(ending.toLowerCase()))
  return has ? ['', ...endings] : endings
}
