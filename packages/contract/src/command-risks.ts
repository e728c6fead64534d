/** Variables by which other code gets into a program than the one that is named, or its packages come from elsewhere. */
const RESERVED =
  /^(?:NODE_OPTIONS|NODE_PATH|LD_\w+|DYLD_\w+|ELECTRON_\w+|NPM_CONFIG_\w+|PYTHON(?:PATH|HOME|STARTUP|USERBASE)|PIP_(?:EXTRA_)?INDEX_URL|UV_\w*INDEX\w*|PERL5(?:OPT|LIB)|RUBY(?:OPT|LIB)|(?:JAVA_TOOL|JDK_JAVA)_OPTIONS|BASH_ENV|ENV|GIT_SSH_COMMAND)$/i

/** The names among these variables that decide which code runs, so that a person has to agree to them apart. */
export function reservedEnv(env: Readonly<Record<string, string>>): string[] {
  return Object.keys(env).filter((name) => RESERVED.test(name))
}

/** Flags of npx and uvx that take the next word as their value. */
const WITH_VALUE = new Set([
  '-p',
  '--package',
  '-c',
  '--call',
  '--from',
  '--with',
  '--python',
  '--index',
  '--default-index',
  '--registry',
  '--cache',
])
const NAMES_PACKAGE = new Set(['-p', '--package', '--from'])

/**
 * The package that a command fetches in whatever version is newest when it starts; null where a version is written
 * down or nothing is fetched. What was read before it was approved is then not what runs next month.
 */
export function unpinnedPackage(command: string, args: readonly string[]): string | null {
  const program = (command.split(/[\\/]/).at(-1) ?? '').replace(/\.(?:exe|cmd)$/i, '')
  const words = ['pnpm', 'yarn', 'npm', 'uv', 'pipx', 'bun'].includes(program)
    ? withoutVerb(args)
    : ['npx', 'uvx', 'bunx', 'pnpx'].includes(program)
      ? args
      : null
  const name = words && packageOf(words)
  if (!name || /^[./~]|:\/\/|^(?:git|file)\b/.test(name)) return null
  // A scope begins with the sign that elsewhere begins the version.
  const version = /[^@](?:@|==)(.+)$/.exec(name)?.[1]
  return version && /\d/.test(version) && !/^[\^~<>*]|latest/.test(version) ? null : name
}

const VERBS = new Set(['dlx', 'exec', 'x', 'run', 'tool'])

function withoutVerb(args: readonly string[]): readonly string[] | null {
  const rest = args.findIndex((word) => !VERBS.has(word))
  return rest > 0 ? args.slice(rest) : null
}

function packageOf(words: readonly string[]): string | null {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string
    const [flag = '', value] = word.startsWith('--') ? word.split('=', 2) : [word]
    if (!word.startsWith('-')) return word
    if (NAMES_PACKAGE.has(flag)) return value ?? words[at + 1] ?? null
    if (WITH_VALUE.has(flag) && value === undefined) at++
  }
  return null
}
