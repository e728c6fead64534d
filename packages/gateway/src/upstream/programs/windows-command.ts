import { win32 } from 'node:path'
import { AppError } from '@local-mcp/kernel'
import type { Files } from './files.ts'

const { basename, dirname, join } = win32

export interface WindowsPlace {
  readonly files: Pick<Files, 'kind'>
  /** Text of a file; null where it cannot be read. */
  readonly read: (path: string) => string | null
  /** Absolute path of the node.exe to use where none lies beside the script; null where there is none. */
  readonly node: string | null
  /** Absolute path of cmd.exe. */
  readonly cmd: string
}

export interface WindowsCommand {
  readonly file: string
  readonly args: readonly string[]
  /** The arguments are the command line as it is: Node is not to quote them again. */
  readonly verbatim: boolean
}

const SCRIPTS: Readonly<Record<string, string>> = { 'npx.cmd': 'npx-cli.js', 'npm.cmd': 'npm-cli.js' }
/** The script that a shim of npm, pnpm or yarn hands on to node. */
const SHIM = /"%(?:~dp0|dp0%)\\?([^"%]+\.(?:js|cjs|mjs))"\s+%\*/i

/**
 * How a program is started on Windows without a shell. Batch files cannot be: where one only hands on to Node, Node is
 * started instead; any other goes through cmd.exe with arguments that it cannot read as commands.
 *
 * @param file absolute path of the program
 * @throws AppError VALIDATION_ERROR for an argument with a line end or NUL, which cmd.exe cannot be given
 */
export function windowsCommand(file: string, args: readonly string[], place: WindowsPlace): WindowsCommand {
  if (!/\.(?:cmd|bat)$/i.test(file)) return { file, args, verbatim: false }
  const script = scriptOf(file, place)
  const beside = join(dirname(file), 'node.exe')
  const node = place.files.kind(beside) === 'file' ? beside : place.node
  if (script && node) return { file: node, args: [script, ...args], verbatim: false }
  const line = [file, ...args].map(quoteForCmd).join(' ')
  // /e and /v fix how percent signs and exclamation marks are read; /d keeps the AutoRun of the registry out.
  return { file: place.cmd, args: ['/e:ON', '/v:OFF', '/d', '/s', '/c', `"${line}"`], verbatim: true }
}

function scriptOf(file: string, { files, read }: WindowsPlace): string | null {
  const own = SCRIPTS[basename(file).toLowerCase()]
  const inNpm = own && join(dirname(file), 'node_modules', 'npm', 'bin', own)
  if (inNpm && files.kind(inNpm) === 'file') return inNpm
  const named = SHIM.exec(read(file) ?? '')?.[1]
  const script = named && join(dirname(file), named)
  return script && files.kind(script) === 'file' ? script : null
}

/**
 * One argument for a batch file. It stays between quotes however often cmd.exe reads it, because a quote in it is
 * doubled; a percent sign is followed by a variable that is empty, so that no name can form.
 *
 * @throws AppError VALIDATION_ERROR
 */
function quoteForCmd(text: string): string {
  if (/[\r\n\0]/.test(text))
    throw new AppError('VALIDATION_ERROR', 'A batch file cannot be given an argument with a line end', {
      next: 'Use the program itself instead of its .cmd file.',
    })
  const inner = text
    // Backslashes before a quote, and at the end, would quote the quote.
    .replace(/(\\*)"/g, '$1$1""')
    .replace(/(\\+)$/, '$1$1')
    .replaceAll('%', '%%cd:~,%')
  return `"${inner}"`
}
