import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StdioFault } from './fault.types.ts'

/** A shell script that says this on stderr and ends so. */
const saying = (text: string, exit = 1) => `#!/bin/sh\ncat >&2 <<'WORDS'\n${text}\nWORDS\nexit ${exit}\n`

/** A program that says this on stderr and ends so: what real ones say, word for word. */
const says = (name: string, code: StdioFault['code'], seen: RegExp, text: string, exit = 1): StdioFault => ({
  name,
  code,
  seen,
  make: ({ script }) => ({ command: script(saying(text, exit)) }),
})

/** A script that this Node runs. */
const onNode = (name: string, code: StdioFault['code'], seen: RegExp, source: string, ...flags: string[]): StdioFault => ({
  name,
  code,
  seen,
  make: ({ dir }) => {
    const path = join(dir, 'server.cjs')
    writeFileSync(path, source)
    return { command: process.execPath, args: [...flags, path] }
  },
})

/** npm as it is installed here, with a registry and a cache of the test. */
const npx = (name: string, code: StdioFault['code'], seen: RegExp, registry: string | null, ...args: string[]): StdioFault => ({
  name,
  code,
  seen,
  make: ({ dir, registry: empty }) => ({
    command: 'npx',
    args: ['-y', ...args],
    env: {
      npm_config_registry: registry ?? empty,
      npm_config_cache: join(dir, 'cache'),
      npm_config_fetch_retries: '0',
      npm_config_update_notifier: 'false',
    },
  }),
})

/** A program that is found by name, and says this. */
const named = (program: string, name: string, code: StdioFault['code'], seen: RegExp, text: string, exit = 1): StdioFault => ({
  name,
  code,
  seen,
  make: ({ dir }) => {
    const folder = join(dir, 'bin')
    if (!existsSync(folder)) mkdirSync(folder)
    writeFileSync(join(folder, program), saying(text, exit), { mode: 0o755 })
    return { command: program, env: { PATH: `${folder}:/usr/bin:/bin` } }
  },
})

const absent = (program: string, name: string, code: StdioFault['code']): StdioFault => ({
  name,
  code,
  seen: /^PATH=.*nothing-here/m,
  make: ({ dir }) => ({ command: program, env: { PATH: join(dir, 'nothing-here') } }),
})

const FOREIGN_ELF = Buffer.concat([
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]),
  Buffer.alloc(8),
  Buffer.from([2, 0, 22, 0]),
  Buffer.alloc(100),
])

export const STDIO_FAULTS: readonly StdioFault[] = [
  absent('no-such-command-anywhere', 'The command is not installed', 'COMMAND_NOT_FOUND'),
  absent('npx', 'npx is not installed', 'NODE_MISSING'),
  absent('uvx', 'uvx is not installed', 'UV_MISSING'),
  absent('docker', 'docker is not installed', 'DOCKER_MISSING'),
  absent('python', 'python is not installed', 'PYTHON_MISSING'),
  {
    name: 'The file may not be run',
    code: 'COMMAND_NOT_EXECUTABLE',
    seen: /server/,
    make: ({ script }) => ({ command: script('#!/bin/sh\n', 0o644) }),
  },
  {
    name: 'The file is no program and names no interpreter',
    code: 'COMMAND_NOT_EXECUTABLE',
    seen: /names no interpreter/,
    make: ({ script }) => ({ command: script('{"not": "a program"}') }),
  },
  { name: 'The command is a folder', code: 'COMMAND_IS_DIRECTORY', seen: /lmg-test/, make: ({ dir }) => ({ command: dir }) },
  {
    name: 'The program is built for another processor',
    code: 'WRONG_ARCHITECTURE',
    seen: /This is linux|This is darwin/,
    make: ({ dir }) => {
      writeFileSync(join(dir, 'server'), FOREIGN_ELF, { mode: 0o755 })
      return { command: join(dir, 'server') }
    },
  },
  {
    name: 'The interpreter of the script does not exist',
    code: 'INTERPRETER_MISSING',
    seen: /program: /,
    make: ({ script }) => ({ command: script('#!/opt/no/such/python9\n') }),
  },
  {
    name: 'The first line of the script ends as on Windows',
    code: 'INTERPRETER_MISSING',
    seen: /CR LF/,
    make: ({ script }) => ({ command: script('#!/bin/sh\r\nexit 0\r\n') }),
  },
  {
    name: 'The script needs Node and the PATH has none',
    code: 'NODE_MISSING',
    seen: /node/,
    make: ({ script, dir }) => ({ command: script('#!/usr/bin/env node\n'), env: { PATH: join(dir, 'nothing-here') } }),
  },
  {
    name: 'A shell script calls a command that is missing',
    code: 'UV_MISSING',
    seen: /not found/,
    make: ({ script, dir }) => ({ command: script('#!/bin/sh\nuvx mcp-server-time\n'), env: { PATH: join(dir, 'nothing-here') } }),
  },
  {
    name: 'The working directory does not exist',
    code: 'WORKING_DIRECTORY_MISSING',
    seen: /^$/,
    make: ({ script, dir }) => ({ command: script('#!/bin/sh\n'), cwd: join(dir, 'gone') }),
  },
  {
    name: 'A reference names a variable that is not set',
    code: 'ENV_MISSING',
    seen: /^$/,
    make: ({ script }) => ({ command: script('#!/bin/sh\n'), env: { KEY: '{{env:LMG_TEST_NOT_SET}}' } }),
  },
  {
    name: 'The script in the arguments does not exist',
    code: 'SCRIPT_MISSING',
    seen: /gone\.js/,
    make: ({ dir }) => ({ command: process.execPath, args: [join(dir, 'gone.js')] }),
  },
  onNode('A module of Node is not installed', 'MODULE_MISSING', /Cannot find module/, "require('no-such-module-of-anybody')"),
  says(
    'A module of Python is not installed',
    'MODULE_MISSING',
    /mcp/,
    'Traceback (most recent call last):\n  File "/srv/server.py", line 3, in <module>\n    from mcp.server import FastMCP\nModuleNotFoundError: No module named \'mcp\'',
  ),
  says(
    'The Python script does not exist',
    'SCRIPT_MISSING',
    /server\.py/,
    "python3: can't open file '/srv/server.py': [Errno 2] No such file or directory",
    2,
  ),
  npx('The package of npx does not exist (404)', 'PACKAGE_NOT_FOUND', /E404|404/, null, 'no-such-package-of-anybody'),
  npx('npm cannot reach the registry: nobody listens', 'REGISTRY_UNREACHABLE', /ECONNREFUSED/, 'http://127.0.0.1:9/', 'some-package'),
  npx(
    'npm cannot reach the registry: the name is not found',
    'REGISTRY_UNREACHABLE',
    /ENOTFOUND|EAI_AGAIN/,
    'http://registry.invalid/',
    'some-package',
  ),
  npx('npm is offline and the package is not in its cache', 'REGISTRY_UNREACHABLE', /ENOTCACHED/, null, '--offline', 'some-package'),
  named(
    'npx',
    'The cache of npm belongs to root',
    'CACHE_NOT_WRITABLE',
    /root-owned/,
    'npm error code EACCES\nnpm error syscall mkdir\nnpm error path /home/me/.npm/_cacache/content-v2\nnpm error errno EACCES\nnpm error\nnpm error Your cache folder contains root-owned files, due to a bug in\nnpm error previous versions of npm which has since been addressed.',
  ),
  named(
    'npx',
    'The package of npx has no program',
    'PACKAGE_HAS_NO_PROGRAM',
    /determine executable/,
    'npm error could not determine executable to run\nnpm error A complete log of this run can be found in: /home/me/.npm/_logs/x.log',
  ),
  named(
    'uvx',
    'The package of uvx does not exist',
    'PACKAGE_NOT_FOUND',
    /mcp-server-tim/,
    '  × No solution found when resolving tool dependencies:\n  ╰─▶ Because mcp-server-tim was not found in the package registry and you\n      require mcp-server-tim, we can conclude that your requirements are\n      unsatisfiable.',
  ),
  named(
    'uvx',
    'uv cannot reach the index',
    'REGISTRY_UNREACHABLE',
    /dns error/,
    'error: Failed to fetch: `https://index.example/simple/mcp-server-time/`\n  Caused by: Request failed after 3 retries\n  Caused by: error sending request for url (https://index.example/simple/mcp-server-time/)\n  Caused by: dns error: failed to lookup address information',
    2,
  ),
  named(
    'uvx',
    'The package needs another Python',
    'RUNTIME_TOO_OLD',
    /3\.12/,
    '  × No solution found when resolving tool dependencies:\n  ╰─▶ Because the current Python version (3.9.2) does not satisfy Python>=3.12\n      and mcp-server-x==1.0 depends on Python>=3.12, we can conclude that\n      your requirements are unsatisfiable.',
  ),
  named(
    'docker',
    'Docker does not run',
    'DOCKER_NOT_RUNNING',
    /daemon/,
    "docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\nSee 'docker run --help'.",
    125,
  ),
  named(
    'docker',
    'The image does not exist',
    'PACKAGE_NOT_FOUND',
    /denied/,
    "docker: Error response from daemon: pull access denied for mcp/no-such, repository does not exist or may require 'docker login'.",
    125,
  ),
  onNode(
    'The Node is too old for the server',
    'RUNTIME_TOO_OLD',
    /Node\.js/,
    "process.stderr.write('This server requires Node.js >= 99.0.0, you have ' + process.version + '\\n'); process.exit(1)",
  ),
  onNode('The Node does not know an option', 'RUNTIME_TOO_OLD', /bad option/, '', '--no-such-option-of-node'),
  says(
    'A library of the system is missing',
    'LIBRARY_MISSING',
    /libssl/,
    'mcp-server: error while loading shared libraries: libssl.so.1.1: cannot open shared object file: No such file or directory',
    127,
  ),
  says(
    'A native module is built for another Node',
    'LIBRARY_MISSING',
    /NODE_MODULE_VERSION/,
    "Error: The module '/srv/node_modules/better-sqlite3/build/Release/better_sqlite3.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 115. This version of Node.js requires\nNODE_MODULE_VERSION 137. Please try re-compiling or re-installing",
  ),
  onNode(
    'The program runs out of memory',
    'OUT_OF_MEMORY',
    /heap out of memory/,
    "const a = []; for (;;) a.push(new Array(100000).fill('x' + a.length))",
    '--max-old-space-size=16',
  ),
  onNode(
    'Its variable for the key is not set',
    'SETTING_MISSING',
    /GITHUB_PERSONAL_ACCESS_TOKEN/,
    "if (!process.env.GITHUB_PERSONAL_ACCESS_TOKEN) { console.error('Error: GITHUB_PERSONAL_ACCESS_TOKEN environment variable is not set'); process.exit(1) }",
  ),
  says(
    'Its variable is not set, as Python says it',
    'SETTING_MISSING',
    /NOTION_API_KEY/,
    'Traceback (most recent call last):\n  File "/srv/server.py", line 9, in <module>\n    key = os.environ["NOTION_API_KEY"]\nKeyError: \'NOTION_API_KEY\'',
  ),
  says(
    'It wants an argument',
    'BAD_ARGUMENTS',
    /directory/,
    'usage: server [-h] directory\nserver: error: the following arguments are required: directory',
    2,
  ),
  says('Its key is refused', 'KEY_REJECTED', /Invalid API key/, 'Error: request failed with status 401: Invalid API key provided'),
  onNode(
    'A port that it wants is taken',
    'SERVER_PORT_IN_USE',
    /EADDRINUSE/,
    "const net = require('net'); const a = net.createServer().listen(0, '127.0.0.1', () => net.createServer().listen(a.address().port, '127.0.0.1'))",
  ),
  says('It may not write a file', 'PERMISSION_DENIED', /notes\.db/, "Error: EACCES: permission denied, open '/var/lib/notes.db'"),
  onNode('A file that it needs does not exist', 'FILE_MISSING', /settings\.json/, "require('fs').readFileSync('/no/such/settings.json')"),
  onNode('It cannot reach its database', 'BACKEND_UNREACHABLE', /ECONNREFUSED/, "require('net').connect(9, '127.0.0.1')"),
  says('The disk is full', 'DISK_FULL', /ENOSPC/, 'Error: ENOSPC: no space left on device, write'),
  {
    name: 'It ends at once, without a word and without an error',
    code: 'EXITED_EARLY',
    seen: /exit code 0/,
    make: ({ script }) => ({ command: script('#!/bin/sh\nexit 0\n') }),
  },
  says('It ends at once for a reason of its own', 'EXITED', /the moon/, 'Error: the moon is in the wrong phase', 3),
  { name: 'It crashes', code: 'CRASHED', seen: /SIGSEGV/, make: ({ script }) => ({ command: script('#!/bin/sh\nkill -SEGV $$\n') }) },
  { name: 'It is killed', code: 'KILLED', seen: /SIGKILL/, make: ({ script }) => ({ command: script('#!/bin/sh\nkill -KILL $$\n') }) },
  {
    name: 'It never answers',
    code: 'HANDSHAKE_TIMEOUT',
    seen: /No answer to/,
    patience: 1500,
    make: ({ script }) => ({ command: script('#!/bin/sh\nexec sleep 60\n') }),
  },
  {
    name: 'It writes text to stdout instead of messages',
    code: 'STDOUT_NOISE',
    seen: /Welcome/,
    patience: 4000,
    make: ({ script }) => ({ command: script('#!/bin/sh\necho "Welcome to my server"\nexec sleep 60\n') }),
  },
  {
    name: 'It asks something and waits',
    code: 'NO_LINE_END',
    seen: /Proceed/,
    patience: 4000,
    make: ({ script }) => ({ command: script('#!/bin/sh\nprintf "Proceed? [y/N] "\nexec sleep 60\n') }),
  },
  {
    name: 'It serves over HTTP instead',
    code: 'SERVES_HTTP',
    seen: /3001/,
    patience: 4000,
    make: ({ script }) => ({ command: script('#!/bin/sh\necho "MCP server listening on port 3001" >&2\nexec sleep 60\n') }),
  },
  {
    name: 'It answers with a version that nobody speaks',
    code: 'PROTOCOL_MISMATCH',
    seen: /1999-01-01/,
    make: ({ script }) => ({
      command: script(
        answering(
          '{"jsonrpc":"2.0","id":$id,"result":{"protocolVersion":"1999-01-01","capabilities":{},"serverInfo":{"name":"x","version":"1"}}}',
        ),
      ),
    }),
  },
  {
    name: 'It refuses the handshake',
    code: 'HANDSHAKE_REFUSED',
    seen: /Not today/,
    make: ({ script }) => ({ command: script(answering('{"jsonrpc":"2.0","id":$id,"error":{"code":-32000,"message":"Not today"}}')) }),
  },
]

/** A shell script that answers every request with this, in which `$id` is its id. */
function answering(answer: string): string {
  return `#!/bin/sh\nwhile read -r line; do\n  id=$(printf '%s' "$line" | sed -n 's/.*"id":\\([0-9]*\\).*/\\1/p')\n  [ -n "$id" ] && printf '%s\\n' "${answer.replaceAll('"', '\\"')}"\ndone\n`
}
