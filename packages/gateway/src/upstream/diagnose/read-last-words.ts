import type { ProblemCode } from '@local-mcp/contract'

/** What the last words of a program mean. */
export interface Reading {
  readonly code: ProblemCode
  /** The name that matters: a module, a variable, a port. Null where the words name none. */
  readonly detail: string | null
}

interface Rule {
  readonly code: ProblemCode
  /** The first group that matched is the detail. */
  readonly when: RegExp
}

/** The special before the general: the first rule that matches counts. */
const RULES: readonly Rule[] = [
  // Package managers say it with a code of their own.
  { code: 'CACHE_NOT_WRITABLE', when: /Your cache folder contains root-owned files/ },
  { code: 'CACHE_NOT_WRITABLE', when: /npm (?:ERR!|error) code (?:EACCES|EPERM|EROFS|ENOTDIR)[\s\S]*?npm (?:ERR!|error) path (.*)/ },
  { code: 'CACHE_NOT_WRITABLE', when: /(?:failed to (?:initialize|open|create) (?:the )?cache)[^\n]*/i },
  { code: 'DISK_FULL', when: /ENOSPC|no space left on device|disk quota exceeded/i },
  { code: 'RUNTIME_TOO_OLD', when: /npm (?:ERR!|error) code EBADENGINE[\s\S]*?Required: (.*)/ },
  {
    code: 'PACKAGE_NOT_FOUND',
    when: /npm (?:ERR!|error) code (?:E404|ETARGET)[\s\S]*?['"]([^'"]+)['"] (?:is not in this registry|could not be found)/,
  },
  { code: 'PACKAGE_NOT_FOUND', when: /npm (?:ERR!|error) (?:code (?:E404|ETARGET|E401|E403|EINVALIDPACKAGENAME|EINVALIDTAGNAME)|404 )/ },
  { code: 'PACKAGE_HAS_NO_PROGRAM', when: /npm (?:ERR!|error) could not determine executable to run/ },
  { code: 'PACKAGE_HAS_NO_PROGRAM', when: /An executable named [`'"]([^`'"]+)[`'"] is not provided by package/ },
  {
    code: 'REGISTRY_UNREACHABLE',
    when: /npm (?:ERR!|error) (?:code )?(?:E(?:NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|AI_AGAIN|NETUNREACH|HOSTUNREACH|NOTCACHED|RR_SOCKET_TIMEOUT)|ERR_SOCKET|SELF_SIGNED|UNABLE_TO|CERT_)/,
  },
  {
    code: 'REGISTRY_UNREACHABLE',
    when: /(?:Failed to (?:fetch|download)|error sending request|Temporary failure in name resolution)[^\n]*(?:pypi|simple|index|https?:)/i,
  },
  {
    code: 'REGISTRY_UNREACHABLE',
    when: /Connection to (pypi\.org|files\.pythonhosted\.org)[^\n]* (?:failed|timed out)|Retrying \(Retry\(total=/,
  },
  {
    code: 'RUNTIME_TOO_OLD',
    when: /does not satisfy (Python ?[<>=~!][^\s,]+)|requires a different Python[^\n]*?not in '([^']+)'|the requested Python version \(([^)]+)\)/i,
  },
  { code: 'PACKAGE_NOT_FOUND', when: /Because ([^\s]+) was not found in the package registry/ },
  { code: 'PACKAGE_NOT_FOUND', when: /No matching distribution found for (\S+)|no version(?:s)? of (\S+) (?:that|are)/i },
  // Docker.
  {
    code: 'DOCKER_NOT_RUNNING',
    when: /(?:Cannot connect to the|Is the) Docker daemon|docker daemon is not running|docker: error during connect|permission denied while trying to connect to the docker|docker_engine|failed to connect to the docker API/i,
  },
  {
    code: 'PACKAGE_NOT_FOUND',
    when: /pull access denied for ([^\s,]+)|manifest for (\S+) not found|manifest unknown|repository (\S+) not found/,
  },
  // The runtime itself.
  {
    code: 'RUNTIME_TOO_OLD',
    when: /(?:requires|needs|supports only|please use|upgrade to) (?:at least )?(Node(?:\.js)? ?(?:version )?v?[<>=^~]*\s?\d[\w.]*|Python ?(?:version )?[<>=]*\s?3(?:\.\d+)+)/i,
  },
  { code: 'RUNTIME_TOO_OLD', when: /((?:Node(?:\.js)?|Python) v?\d[\w.]*\+?) (?:or (?:higher|newer|later|above)|is required|required)/i },
  {
    code: 'RUNTIME_TOO_OLD',
    when: /Unsupported (?:Node|engine)|The engine "node" is incompatible|ERR_UNKNOWN_BUILTIN_MODULE|No such built-in module: (\S+)/i,
  },
  {
    code: 'RUNTIME_TOO_OLD',
    when: /node: bad option: (\S+)|ReferenceError: (?:fetch|ReadableStream|File|WebSocket|structuredClone) is not defined/,
  },
  {
    code: 'RUNTIME_TOO_OLD',
    when: /No module named '(tomllib|graphlib|zoneinfo)'|cannot import name '\w+' from '(typing|asyncio|enum|dataclasses)'|unsupported operand type\(s\) for \|: 'type'/,
  },
  {
    code: 'SCRIPT_MISSING',
    when: /Cannot find module '((?:\/|[A-Za-z]:\\)[^']+)'\n(?:Require stack:\n)?\s+at [^\n]*_resolveFilename[\s\S]*requireStack: \[\]/,
  },
  {
    code: 'SCRIPT_MISSING',
    when: /can't open file '([^']+)': \[Errno 2\]|Module not found "file:\/\/([^"]+)"|Cannot open (?:script|file) ([^\n]+): No such file/,
  },
  { code: 'MODULE_MISSING', when: /Cannot find (?:module|package) '([^']+)'|No module named '?([\w.]+)'?|Cannot find package "([^"]+)"/ },
  {
    code: 'LIBRARY_MISSING',
    when: /error while loading shared libraries: ([^\s:]+)|Library not loaded: (\S+)|version `?'?(GLIBC\w*[\d.]+)'? not found|DLL load failed[^:]*: (.*)/,
  },
  {
    code: 'LIBRARY_MISSING',
    when: /compiled against a different Node\.js version|NODE_MODULE_VERSION (\d+)|(\S+): cannot open shared object file/,
  },
  {
    code: 'WRONG_ARCHITECTURE',
    when: /incompatible architecture|wrong ELF class|Bad CPU type|Exec format error|not a valid Win32 application|rosetta error/i,
  },
  {
    code: 'OUT_OF_MEMORY',
    when: /heap out of memory|\bMemoryError\b|std::bad_alloc|Cannot allocate memory|fatal error: out of memory|runtime: out of memory|allocation failed/,
  },
  {
    code: 'SERVER_PORT_IN_USE',
    when: /(?:EADDRINUSE|address already in use|port is already allocated|Only one usage of each socket address)[^\n]*?[:\s](\d{2,5})\b/i,
  },
  {
    code: 'SERVER_PORT_IN_USE',
    when: /EADDRINUSE|address already in use|(?:[Pp]ort (\d{2,5}) is (?:already )?(?:in use|taken|allocated))/,
  },
  // What a server wants to be told. Names of variables are written in capitals.
  {
    code: 'SETTING_MISSING',
    when: /(?:missing|required|undefined|unset|no|need|without)[^\n]{0,60}?(?:environment|env\.?)[ _-]?var[^\n]*?\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b/i,
  },
  {
    code: 'SETTING_MISSING',
    when: /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b[^\n]{0,40}?(?:(?:is|are|was|must be|not|variable)\s)?(?:not set|not provided|not defined|not found|missing|required|undefined|unset|must be set|must be provided|be set)/,
  },
  {
    code: 'SETTING_MISSING',
    when: /(?:set|setting|provide|export|specify|define|missing|need)\s(?:the |your |a |an )?(?:environment variable |env var )?[`'"$]?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/i,
  },
  { code: 'SETTING_MISSING', when: /KeyError: '([A-Z][A-Z0-9_]+)'|validation errors? for \w*[Ss]ettings\n\s*(\w+)\n\s+Field required/ },
  {
    code: 'SETTING_MISSING',
    when: /(?:no|missing|without an?) (?:\w+ )?(?:API[ _-]?key|access token|credentials)|(?:API[ _-]?key|access token|credentials) (?:is |are |was )?(?:required|missing|not (?:found|set|provided|configured))/i,
  },
  {
    code: 'KEY_REJECTED',
    when: /(?:invalid|incorrect|bad|wrong|expired|revoked)[ _](?:\w+ )?(?:api[ _-]?key|token|credentials?|auth)|(?:api[ _-]?key|token|credentials?)[^\n]{0,30}?(?:is |are |was |has )?(?:not valid|invalid|incorrect|expired|revoked|rejected|been revoked)/i,
  },
  {
    code: 'KEY_REJECTED',
    when: /\b(?:401|403)\b[^\n]{0,20}(?:unauthorized|forbidden)|(?:status(?: ?code)?|HTTP|error)[ :=]*(401|403)\b|authentication failed|invalid_auth|AuthenticationError/i,
  },
  {
    code: 'BAD_ARGUMENTS',
    when: /(?:unknown|unrecogni[sz]ed|invalid|unexpected) (?:option|argument|flag|command)s?:? ?['"`]?([^\s'"`]*)|the following arguments are required: ([^\n]*)|missing required argument '?([^\n']*)/i,
  },
  {
    code: 'PERMISSION_DENIED',
    when: /(?:EACCES|EPERM)[^\n]*?, \w+ '([^']+)'|PermissionError: \[Errno 1?3?\][^\n]*?'([^']+)'|open ([^\s:]+): permission denied/,
  },
  { code: 'PERMISSION_DENIED', when: /EACCES|EPERM|PermissionError|permission denied|operation not permitted/i },
  {
    code: 'FILE_MISSING',
    when: /ENOENT[^\n]*?, \w+ '([^']+)'|FileNotFoundError: \[Errno 2\][^\n]*?'([^']+)'|open ([^\s:]+): no such file or directory/,
  },
  { code: 'BACKEND_UNREACHABLE', when: /(?:ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|ECONNRESET|ENETUNREACH|EHOSTUNREACH)\s+([^\s,)]+)/ },
  {
    code: 'BACKEND_UNREACHABLE',
    when: /connection refused|ConnectError|getaddrinfo|could not connect to|no route to host|name or service not known/i,
  },
  { code: 'BAD_ARGUMENTS', when: /^usage: /im },
]

/** What a shell, env or npx says where the program that it was to start is not there. */
const INNER_MISSING =
  /(?:env|sh|bash|dash|zsh|line \d+|\d+): (?:‘|'|“|")?([\w@./+-]+)(?:’|'|”|")?: (?:No such file or directory|(?:command )?not found)|([\w@./+-]+): command not found|'([^']+)' is not recognized as an internal/

/**
 * What the last words of a program mean, where they are of a kind that is known.
 *
 * @param lines newest last, as the program wrote them
 */
export function readLastWords(lines: readonly string[]): Reading | null {
  const text = lines.join('\n')
  for (const { code, when } of RULES) {
    const match = when.exec(text)
    if (match) return { code, detail: match.slice(1).find(Boolean)?.trim().slice(0, 200) ?? null }
  }
  return null
}

/** The program that another one could not find when it was to start it; null where that is not what was said. */
export function innerProgramMissing(lines: readonly string[]): string | null {
  return INNER_MISSING.exec(lines.join('\n'))?.slice(1).find(Boolean) ?? null
}
