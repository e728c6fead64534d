import { isAbsolute } from 'node:path'
import type { ProblemCode } from '@local-mcp/contract'
import { UpstreamError } from '../problems.ts'
import { explainContent } from './explain-start.ts'
import { launcherMissing } from './launchers.ts'
import { innerProgramMissing, readLastWords } from './read-last-words.ts'

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What it wrote last, newest last; what is from stdout is marked as such. */
  readonly lines: readonly string[]
  /** Whether it had answered the handshake: what it said long before then explains nothing. */
  readonly greeted: boolean
  /** Absolute path of the program. */
  readonly file: string
  /** The arguments that it was started with. */
  readonly args: readonly string[]
  /** What else is known of the start: the program, the folder, the PATH. */
  readonly facts: readonly string[]
}

const RECENT = 12
const CRASHES = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGABRT', 'SIGFPE', 'SIGTRAP', 'SIGSYS'])
/** A shell reports the signal that ended its child as 128 + its number. */
const SHELL_SIGNALS: Readonly<Record<number, ProblemCode>> = {
  132: 'CRASHED',
  134: 'CRASHED',
  136: 'CRASHED',
  137: 'KILLED',
  139: 'CRASHED',
}
/** Exit codes by which shells say that a command is not there, or not to be run. */
const NOT_FOUND = 127
const NOT_EXECUTABLE = 126
/** How a shell ends that was given something else than a script: the system hands it what is no program. */
const SHELL_CONFUSED = new Set([2, NOT_EXECUTABLE, NOT_FOUND])

/** Names why a program ended. */
export function explainExit({ code, signal, lines, greeted, file, args, facts }: Ending): UpstreamError {
  const how = signal ? `ended by ${signal}` : `exit code ${code}`
  const evidence = [how, ...lines, ...facts]
  const said = (greeted ? lines.slice(-RECENT) : lines).map((line) => line.replace(/^\(stdout[^)]*\) /, ''))
  const because = (problem: ProblemCode, detail: string | null) => new UpstreamError(problem, evidence, detail ?? how)

  if (!greeted && SHELL_CONFUSED.has(code ?? 0) && said.some((line) => line.startsWith(`${file}: `))) {
    const wrong = explainContent(file, evidence)
    if (wrong) return wrong
  }
  const inner = code === NOT_FOUND ? innerProgramMissing(said) : null
  if (inner) return because(launcherMissing(inner), inner)
  // A program that ended in order had no reason to complain, whatever it warned of.
  const reading = code === 0 && !signal ? null : readLastWords(said)
  if (reading) {
    const { detail } = reading
    // The same words for a module that is not installed and for the script itself.
    const script =
      reading.code === 'MODULE_MISSING' &&
      detail !== null &&
      isAbsolute(detail) &&
      args.some((arg) => arg !== '' && `/${detail}`.endsWith(`/${arg.replace(/^\.?\//, '')}`))
    return because(script ? 'SCRIPT_MISSING' : reading.code, detail)
  }
  if (code === NOT_EXECUTABLE) return because('COMMAND_NOT_EXECUTABLE', null)
  if (code === NOT_FOUND) return because('COMMAND_NOT_FOUND', null)
  if (signal === 'SIGKILL') return because('KILLED', null)
  if (signal && CRASHES.has(signal)) return because('CRASHED', null)
  const relayed = code === null ? undefined : SHELL_SIGNALS[code]
  if (relayed) return because(relayed, null)
  return because(code === 0 && !greeted ? 'EXITED_EARLY' : 'EXITED', null)
}
