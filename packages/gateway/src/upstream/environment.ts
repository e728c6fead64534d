const POSIX = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'LANG', 'TZ', 'TMPDIR']
const WINDOWS = [
  'PATH',
  'PATHEXT',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'COMSPEC',
  'WINDIR',
  'USERPROFILE',
  'USERNAME',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'PROGRAMFILES(X86)',
  'TEMP',
  'TMP',
]

/**
 * The environment of a stdio server: what a program needs to find itself and its language, and what was configured.
 * The gateway's own variables, and whatever secrets are in them, are not handed on.
 */
export function serverEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  configured: Readonly<Record<string, string>>,
  platform: NodeJS.Platform,
): Record<string, string> {
  const windows = platform === 'win32'
  const allowed = new Set(windows ? WINDOWS : POSIX)
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && (allowed.has(windows ? name.toUpperCase() : name) || (!windows && name.startsWith('LC_')))) env[name] = value
  }
  // Windows does not tell names apart by case, so the configured one has to take the place of the other.
  const names = new Set(Object.keys(configured).map((name) => name.toUpperCase()))
  const kept = windows ? Object.fromEntries(Object.entries(env).filter(([name]) => !names.has(name.toUpperCase()))) : env
  return { ...kept, ...configured }
}
