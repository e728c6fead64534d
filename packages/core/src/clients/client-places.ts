import { posix, win32 } from 'node:path'
import type { KnownClientId } from '@local-mcp/contract'

/** Where the things of the person who runs the gateway lie. Read from the environment by the host, so that nothing below depends on it. */
export interface UserPlaces {
  readonly platform: NodeJS.Platform
  readonly home: string
  /** Windows only. */
  readonly appData: string | null
  readonly localAppData: string | null
  /** XDG_CONFIG_HOME, if it is said. */
  readonly configHome: string | null
  /** CODEX_HOME and CLAUDE_CONFIG_DIR, if they are said. */
  readonly codexHome: string | null
  readonly claudeHome: string | null
  /** Folders with applications. */
  readonly applications: readonly string[]
  /** Folders of PATH. */
  readonly path: readonly string[]
}

export interface ClientPlaces {
  /** The file in which the client lists its servers, absolute. */
  readonly file: string
  /** Files and folders of which one is there where the client is installed, the surest first. */
  readonly marks: readonly string[]
}

/** More folders than anybody has in a PATH that works. */
const MAX_FOLDERS = 60

/** Names of the programs, and of what lies in a folder of applications. */
const PROGRAMS: Readonly<
  Record<KnownClientId, { readonly names: readonly string[]; readonly mac: string | null; readonly windows: string | null }>
> = {
  'claude-code': { names: ['claude'], mac: null, windows: null },
  'claude-desktop': { names: ['claude-desktop'], mac: 'Claude.app', windows: null },
  cursor: { names: ['cursor'], mac: 'Cursor.app', windows: 'cursor\\Cursor.exe' },
  vscode: { names: ['code'], mac: 'Visual Studio Code.app', windows: 'Microsoft VS Code\\Code.exe' },
  codex: { names: ['codex'], mac: 'Codex.app', windows: null },
  windsurf: { names: ['windsurf'], mac: 'Windsurf.app', windows: 'Windsurf\\Windsurf.exe' },
  zed: { names: ['zed', 'zeditor'], mac: 'Zed.app', windows: 'Zed\\Zed.exe' },
  'gemini-cli': { names: ['gemini'], mac: null, windows: null },
}

/** Where a client keeps its servers, and what shows that it is installed. Nothing is looked at here. */
export function placesOf(client: KnownClientId, places: UserPlaces): ClientPlaces {
  const { platform, home } = places
  const windows = platform === 'win32'
  const mac = platform === 'darwin'
  const { join } = windows ? win32 : posix
  const appData = places.appData ?? join(home, 'AppData', 'Roaming')
  const localAppData = places.localAppData ?? join(home, 'AppData', 'Local')
  const config = places.configHome ?? join(home, '.config')
  /** The folder in which an application keeps its settings. */
  const settings = windows ? appData : mac ? join(home, 'Library', 'Application Support') : config

  const own = ((): { file: string; folders: readonly string[] } => {
    switch (client) {
      case 'claude-code': {
        const folder = places.claudeHome ?? join(home, '.claude')
        return { file: join(places.claudeHome ?? home, '.claude.json'), folders: [folder] }
      }
      case 'claude-desktop':
        return {
          file: join(settings, 'Claude', 'claude_desktop_config.json'),
          folders: [join(settings, 'Claude'), ...(windows ? [join(localAppData, 'AnthropicClaude')] : [])],
        }
      case 'cursor':
        return { file: join(home, '.cursor', 'mcp.json'), folders: [join(home, '.cursor')] }
      case 'vscode':
        return { file: join(settings, 'Code', 'User', 'mcp.json'), folders: [join(settings, 'Code')] }
      case 'codex': {
        const folder = places.codexHome ?? join(home, '.codex')
        return { file: join(folder, 'config.toml'), folders: [folder] }
      }
      case 'windsurf':
        return { file: join(home, '.codeium', 'windsurf', 'mcp_config.json'), folders: [join(home, '.codeium', 'windsurf')] }
      case 'zed': {
        const folder = windows ? join(appData, 'Zed') : join(mac ? join(home, '.config') : config, 'zed')
        return { file: join(folder, 'settings.json'), folders: [folder, ...(windows || mac ? [] : [join(home, '.local', 'zed.app')])] }
      }
      case 'gemini-cli':
        return { file: join(home, '.gemini', 'settings.json'), folders: [join(home, '.gemini')] }
    }
  })()

  const { names, mac: bundle, windows: executable } = PROGRAMS[client]
  const app = mac ? bundle : windows ? executable : null
  const bins = [
    ...places.path.slice(0, MAX_FOLDERS),
    ...(windows ? [join(appData, 'npm')] : [join(home, '.local', 'bin'), '/usr/local/bin', '/opt/homebrew/bin']),
  ]
  const endings = windows ? ['.exe', '.cmd'] : ['']
  return {
    file: own.file,
    marks: [
      ...(app === null ? [] : places.applications.map((folder) => join(folder, app))),
      ...own.folders,
      ...[...new Set(bins)].flatMap((folder) => names.flatMap((name) => endings.map((ending) => join(folder, name + ending)))),
    ],
  }
}

/** What the environment says about the places of its person. */
export function userPlacesOf(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform, home: string): UserPlaces {
  const { isAbsolute, delimiter, join } = platform === 'win32' ? win32 : posix
  // What is not absolute means something else in every folder.
  const folder = (text: string | undefined) => (text?.trim() && isAbsolute(text.trim()) ? text.trim() : null)
  const localAppData = folder(env.LOCALAPPDATA)
  return {
    platform,
    home,
    appData: folder(env.APPDATA),
    localAppData,
    configHome: folder(env.XDG_CONFIG_HOME),
    codexHome: folder(env.CODEX_HOME),
    claudeHome: folder(env.CLAUDE_CONFIG_DIR),
    applications:
      platform === 'darwin'
        ? ['/Applications', join(home, 'Applications')]
        : platform === 'win32'
          ? [...(localAppData ? [join(localAppData, 'Programs')] : []), ...[env.ProgramFiles].flatMap((one) => folder(one) ?? [])]
          : [],
    path: (env.PATH ?? env.Path ?? '').split(delimiter).flatMap((one) => folder(one) ?? []),
  }
}
