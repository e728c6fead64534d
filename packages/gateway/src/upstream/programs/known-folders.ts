import { readdirSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import type { Files } from './files.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * Where people usually have programs that only their shell knows of; only folders that exist.
 *
 * @param list names in a folder, none where it does not exist
 */
export function knownFolders(
  home: string,
  env: Env,
  platform: NodeJS.Platform,
  files: Files,
  list: (folder: string) => string[] = listFolder,
): string[] {
  const { join } = platform === 'win32' ? win32 : posix
  const own = (...parts: string[]) => join(home, ...parts)
  const nvm = join(env.NVM_DIR ?? own('.nvm'), 'versions', 'node')
  const newest = list(nvm).sort(byVersion).at(-1)
  const folders =
    platform === 'win32'
      ? [
          ...(env.APPDATA ? [join(env.APPDATA, 'npm')] : []),
          ...(env.ProgramFiles ? [join(env.ProgramFiles, 'nodejs')] : []),
          ...(env.LOCALAPPDATA ? [join(env.LOCALAPPDATA, 'Volta', 'bin'), join(env.LOCALAPPDATA, 'Microsoft', 'WinGet', 'Links')] : []),
        ]
      : [
          '/opt/homebrew/bin',
          '/usr/local/bin',
          '/home/linuxbrew/.linuxbrew/bin',
          ...(newest ? [join(nvm, newest, 'bin')] : []),
          own('.local', 'share', 'fnm', 'aliases', 'default', 'bin'),
          own('.local', 'share', 'mise', 'shims'),
          own('.volta', 'bin'),
          own('.asdf', 'shims'),
          own('.nodenv', 'shims'),
          own('.pyenv', 'shims'),
          '/snap/bin',
        ]
  const everywhere = [own('.local', 'bin'), own('.cargo', 'bin'), own('.bun', 'bin'), own('.deno', 'bin')]
  return [...folders, ...everywhere].filter((folder) => files.kind(folder) === 'directory')
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const byVersion = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })
