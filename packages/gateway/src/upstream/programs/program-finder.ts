import { homedir, userInfo } from 'node:os'
import { delimiter, isAbsolute } from 'node:path'
import { serverEnvironment } from '../environment.ts'
import { type Files, realFiles } from './files.ts'
import { inspectProgram } from './inspect-program.ts'
import { knownFolders } from './known-folders.ts'
import { type Located, locateProgram } from './locate-program.ts'
import { askLoginShell, type ShellAnswer } from './login-shell.ts'

export interface FoundProgram {
  readonly located: Located
  /** The PATH that was searched, and that the program gets. */
  readonly path: string
  /** Where that PATH comes from, in words; empty where it is simply that of the gateway. */
  readonly notes: readonly string[]
}

export interface ProgramFinder {
  /** @param ownPath the PATH of the server's own configuration, which then is the only one */
  find(command: string, cwd: string, ownPath?: string): Promise<FoundProgram>
  /** Forgets what the login shell said: it is asked again when it is needed. */
  refresh(): void
}

export interface ProgramFinderOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The gateway was not started from a terminal, so its PATH is that of the desktop, which knows little. */
  readonly shellFirst: boolean
  readonly platform?: NodeJS.Platform
  readonly files?: Files
  readonly home?: string
  /** Path of the login shell; null where there is none to ask. */
  readonly shell?: string | null
  /** How long the shell may take, in milliseconds. */
  readonly limit?: number
}

/**
 * Finds programs where the gateway's PATH leads, and where it does not, where the PATH of the login shell does: a desktop
 * starts programs with a PATH on which neither Homebrew nor nvm is. The shell is asked once, and only when it is needed:
 * at a start from a terminal when a program is not found, else before the first search.
 */
export function createProgramFinder(options: ProgramFinderOptions): ProgramFinder {
  const { env, shellFirst, platform = process.platform, files = realFiles, home = homedir() } = options
  const own = env.PATH ?? env.Path ?? ''
  let asked: Promise<{ folders: string[]; note: string }> | null = null

  async function ask(): Promise<{ folders: string[]; note: string }> {
    const shell = options.shell === undefined ? loginShell(env, platform) : options.shell
    const environment = serverEnvironment(env, {}, platform)
    const answer: ShellAnswer | null = shell === null ? null : await askLoginShell(shell, environment, options.limit)
    if (answer && 'path' in answer)
      return { folders: answer.path.split(delimiter), note: `PATH of the login shell ${answer.shell} was searched too` }
    const why = answer ? `${answer.shell} ${answer.failure}` : 'there is no login shell to ask'
    return { folders: knownFolders(home, env, platform, files), note: `${why}; usual folders were searched instead` }
  }

  const look = (command: string, cwd: string, path: string) =>
    locateProgram(command, { cwd, path, platform, files, ...(env.PATHEXT ? { pathext: env.PATHEXT } : {}) })

  /** Whether a script's `#!/usr/bin/env node` leads somewhere, too. */
  function whole(located: Located, cwd: string, path: string): boolean {
    if (located.kind !== 'found') return false
    if (platform === 'win32') return true
    const head = inspectProgram(located.file)
    const inner = head.kind === 'script' && head.interpreter.endsWith('/env') ? head.argument : null
    return inner === null || look(inner, cwd, path).kind === 'found'
  }

  return {
    async find(command, cwd, ownPath) {
      const path = ownPath ?? own
      const located = look(command, cwd, path)
      const askShell = ownPath === undefined && (shellFirst || !whole(located, cwd, path)) && !isAbsoluteBinary(command, located)
      if (!askShell) return { located, path, notes: [] }
      asked ??= ask()
      const { folders, note } = await asked
      const present = own.split(delimiter).filter(Boolean)
      const all = [...new Set(shellFirst ? [...folders, ...present] : [...present, ...folders])].join(delimiter)
      return { located: look(command, cwd, all), path: all, notes: [note] }
    },
    refresh() {
      asked = null
    },
  }
}

/** A path that is wrong is not mended by another PATH. */
const isAbsoluteBinary = (command: string, { kind }: Located) => isAbsolute(command) && kind !== 'found'

/** The login shell of this user; null where there is none that could be asked. */
function loginShell(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): string | null {
  if (platform === 'win32') return null
  let shell = env.SHELL
  try {
    shell ||= userInfo().shell ?? undefined
  } catch {
    // A user without an entry, as in some containers.
  }
  return shell && isAbsolute(shell) && !/\/(?:false|nologin|true)$/.test(shell) ? shell : null
}
