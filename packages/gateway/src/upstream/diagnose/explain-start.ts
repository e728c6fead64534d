import { UpstreamError } from '../problems.ts'
import { inspectProgram } from '../programs/inspect-program.ts'
import type { Located } from '../programs/locate-program.ts'
import { launcherMissing } from './launchers.ts'

/** Names why a command is no program that could be started. @param facts the PATH that was searched, and where it came from */
export function explainLocation(command: string, { kind, file }: Located, facts: readonly string[]): UpstreamError {
  if (kind === 'directory') return new UpstreamError('COMMAND_IS_DIRECTORY', [file, ...facts], command)
  if (kind === 'not_executable') return new UpstreamError('COMMAND_NOT_EXECUTABLE', [file, ...facts], command)
  return new UpstreamError(launcherMissing(command), facts, command)
}

/**
 * Names why the system refused to start a program that is there.
 *
 * @param file absolute path of the program
 */
export function explainSpawn(error: NodeJS.ErrnoException, file: string, facts: readonly string[]): UpstreamError {
  const head = inspectProgram(file)
  const evidence = [error.message, file, ...facts]
  if (head.kind === 'script' && error.code === 'ENOENT') {
    const end = head.windowsLineEnd ? ['The first line ends like a line of Windows (CR LF)'] : []
    return new UpstreamError('INTERPRETER_MISSING', [...end, ...evidence], head.interpreter)
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') return new UpstreamError('COMMAND_NOT_EXECUTABLE', evidence, file)
  const wrong = explainContent(file, evidence)
  if (wrong) return wrong
  if (error.code === 'ENOENT') return new UpstreamError(launcherMissing(file), evidence, file)
  return new UpstreamError('START_FAILED', evidence, error.code)
}

/** Names why the content of a file is nothing that this system runs; null where it may be. */
export function explainContent(file: string, evidence: readonly string[]): UpstreamError | null {
  const head = inspectProgram(file)
  if (head.kind === 'binary')
    return new UpstreamError(
      'WRONG_ARCHITECTURE',
      [`This is ${process.platform} ${process.arch}`, ...evidence],
      `${head.format} ${head.machine}`,
    )
  if (head.kind === 'script') return null
  return new UpstreamError(
    'COMMAND_NOT_EXECUTABLE',
    ['It is no program of this system and its first line names no interpreter', ...evidence],
    file,
  )
}
