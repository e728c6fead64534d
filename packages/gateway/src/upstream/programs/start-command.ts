import { readFileSync } from 'node:fs'
import type { ExternalConfig } from '@local-mcp/contract'
import { realFiles } from './files.ts'
import { locateProgram } from './locate-program.ts'
import { type WindowsCommand, windowsCommand } from './windows-command.ts'

/** What is handed to the system to start the program. @param file its absolute path */
export function startCommand(
  file: string,
  { args }: Pick<ExternalConfig, 'args'>,
  env: Readonly<Record<string, string | undefined>>,
): WindowsCommand {
  if (process.platform !== 'win32') return { file, args, verbatim: false }
  const path = env.PATH ?? env.Path ?? ''
  return windowsCommand(file, args, {
    files: realFiles,
    read(script) {
      try {
        return readFileSync(script, 'utf8')
      } catch {
        return null
      }
    },
    node: locateProgram('node.exe', { cwd: 'C:\\', path, platform: 'win32', files: realFiles }).file,
    cmd: env.ComSpec ?? env.COMSPEC ?? 'C:\\Windows\\System32\\cmd.exe',
  })
}
