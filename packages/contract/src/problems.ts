/** Why a server is not connected: one name for each way it can fail, and the one next step. */
export interface ProblemSpec {
  readonly title: string
  readonly next: string
}

/** Before anything is started: what was agreed to, and what the configuration refers to. */
const CONFIGURED = {
  APPROVAL_REQUIRED: {
    title: 'Nobody has agreed to run this yet',
    next: 'Open the server in the window, read what it will run or contact, and approve it.',
  },
  PROGRAM_CHANGED: {
    title: 'The program is not the one that was agreed to',
    next: 'If you updated or moved it, approve the server again. If not, find out who did before you approve.',
  },
  ENV_MISSING: {
    title: 'An environment variable that the configuration refers to is not set',
    next: 'Set the variable for the gateway and restart it, or change the configuration.',
  },
  SECRET_MISSING: {
    title: 'A secret that the configuration refers to is not stored',
    next: 'Store it on the Secrets page or with `secret set`, or change the configuration.',
  },
  SOURCE_MISSING: {
    title: 'A source that the configuration refers to is missing',
    next: 'Add the source to the server, or change the configuration.',
  },
  SECRETS_LOCKED: {
    title: 'The stored secrets that the server needs are locked',
    next: 'Open the Secrets page: it says why, and how to unlock them. Nothing was sent or started.',
  },
  HEADER_INVALID: {
    title: 'A value that the configuration refers to cannot be sent as a header',
    next: 'Headers are one line of ASCII characters. Correct the value: it may end with a line break.',
  },
}

/** The program cannot be started at all. */
const STARTED = {
  COMMAND_NOT_FOUND: {
    title: 'The command was not found',
    next: 'Install the program, or use its full path. The gateway looked in the PATH that is shown; restart the server after installing.',
  },
  NODE_MISSING: {
    title: 'Node.js was not found, which this server needs',
    next: 'Install Node.js from https://nodejs.org, then restart the server.',
  },
  UV_MISSING: {
    title: 'uv was not found, which this server needs',
    next: 'Install uv as https://docs.astral.sh/uv says, then restart the server.',
  },
  PYTHON_MISSING: {
    title: 'Python was not found, which this server needs',
    next: 'Install Python 3 from https://www.python.org, then restart the server. Where it is called python3, use that as command.',
  },
  DOCKER_MISSING: {
    title: 'Docker was not found, which this server needs',
    next: 'Install Docker from https://docs.docker.com/get-docker, start it, then restart the server.',
  },
  COMMAND_NOT_EXECUTABLE: {
    title: 'The command may not be run',
    next: 'Check that the file is a program and that you have the right to run it (chmod +x). A script needs its interpreter as command.',
  },
  COMMAND_IS_DIRECTORY: {
    title: 'The command is a folder',
    next: 'Use the path of the program inside the folder.',
  },
  WRONG_ARCHITECTURE: {
    title: 'The program was built for another kind of computer',
    next: 'Install the build for this system and processor.',
  },
  INTERPRETER_MISSING: {
    title: 'The interpreter that the script names does not exist',
    next: 'Install it, or correct the first line of the script; a line end of Windows there is enough to break it.',
  },
  WORKING_DIRECTORY_MISSING: {
    title: 'The working directory does not exist',
    next: 'Create the folder, or change it in the configuration of the server.',
  },
  START_FAILED: {
    title: 'The system refused to start the program',
    next: 'Read what the system said below; too many programs at once, or too long arguments, are usual reasons.',
  },
}

/** It started, and ended. */
const ENDED = {
  EXITED: { title: 'The program ended', next: 'Read its last lines below: they usually say why. Then restart the server.' },
  CRASH_LOOP: {
    title: 'The program ended five times within a minute, so it is not started again by itself',
    next: 'Read its last lines: they usually say why. Mend the cause or the configuration, then restart the server.',
  },
  EXITED_EARLY: {
    title: 'The program ended without an error before it answered',
    next: 'Check that it is an MCP server and is told to use stdin and stdout: some only print a text or need an argument.',
  },
  CRASHED: {
    title: 'The program crashed',
    next: 'Update or reinstall it; if it crashes again, tell its makers what is shown below.',
  },
  KILLED: {
    title: 'The program was killed from outside',
    next: 'Somebody ended it, or the system did because memory was short. Close other programs, then restart the server.',
  },
  OUT_OF_MEMORY: {
    title: 'The program ran out of memory',
    next: 'Give it less to do, or more memory (its own setting, or the limit of its container).',
  },
  SCRIPT_MISSING: {
    title: 'The script that the command is to run does not exist',
    next: 'Check the path in the arguments; it has to be whole, because the server is not started in your project.',
  },
  MODULE_MISSING: {
    title: 'A module that the program needs is not installed',
    next: 'Install its dependencies where it lies (npm install, or pip install into the Python that is shown).',
  },
  PACKAGE_NOT_FOUND: {
    title: 'The package or image does not exist',
    next: 'Check its name and version in the arguments; a private one needs its registry and a sign-in there.',
  },
  PACKAGE_HAS_NO_PROGRAM: {
    title: 'The package has no program of that name',
    next: 'Check the name: some packages need --package (npx) or --from (uvx) and then the name of the program.',
  },
  REGISTRY_UNREACHABLE: {
    title: 'The registry of packages could not be reached',
    next: 'Check your network connection and proxy, then restart the server; or install the package once and use its program.',
  },
  CACHE_NOT_WRITABLE: {
    title: 'The cache of the package manager cannot be written',
    next: 'Give the folder that is shown back to your user; it often belongs to root after an install with sudo.',
  },
  DISK_FULL: { title: 'The disk is full', next: 'Make room on the disk, then restart the server.' },
  RUNTIME_TOO_OLD: {
    title: 'The program needs another version of Node.js or Python',
    next: 'Install the version that is asked for below, or use an older version of the server.',
  },
  LIBRARY_MISSING: {
    title: 'A library of the system that the program needs is missing or does not fit',
    next: 'Install the library that is named, or reinstall the program for this system.',
  },
  DOCKER_NOT_RUNNING: {
    title: 'Docker does not run, or you may not use it',
    next: 'Start Docker; on Linux your user has to be in the group docker. Then restart the server.',
  },
  SETTING_MISSING: {
    title: 'The program asks for a setting that it was not given',
    next: 'Add the variable or argument that is named to the configuration of the server; write {{env:NAME}} for a key.',
  },
  KEY_REJECTED: {
    title: 'The key was refused',
    next: 'Check that the key is whole, still valid and allowed to do this, and that its variable is set where the gateway runs.',
  },
  SERVER_PORT_IN_USE: {
    title: 'A port that the program wants is taken',
    next: 'End the other program, often an older copy of the same server, or give this one another port.',
  },
  PERMISSION_DENIED: {
    title: 'The program may not use a file or folder',
    next: 'Give your user the right to what is named below, or point the server to another place.',
  },
  FILE_MISSING: {
    title: 'A file or folder that the program needs does not exist',
    next: 'Create it, or correct its path in the arguments or variables of the server.',
  },
  BAD_ARGUMENTS: {
    title: 'The program does not understand its arguments',
    next: 'Compare the arguments with what the makers of the server write; its own words are below.',
  },
  BACKEND_UNREACHABLE: {
    title: 'The program could not reach what it needs',
    next: 'Check that the service behind it runs and that the address and your network are right.',
  },
}

/** It runs, and does not speak as a server does. */
const SPOKEN = {
  HANDSHAKE_TIMEOUT: {
    title: 'The server never answered',
    next: 'Check that it speaks MCP; a program has to use stdin and stdout. If it downloads something first, restart it once that is done.',
  },
  STDOUT_NOISE: {
    title: 'The program writes text to stdout where messages belong',
    next: 'Switch its output off or to stderr; some have an option such as --stdio or --quiet.',
  },
  NO_LINE_END: {
    title: 'The program wrote something without ending the line',
    next: 'It may ask a question that nobody can answer here, or not be an MCP server: run it once in a terminal.',
  },
  SERVES_HTTP: {
    title: 'The program serves over HTTP instead of stdin and stdout',
    next: 'Add it by its URL, or give it the argument that makes it use stdio.',
  },
  PROTOCOL_MISMATCH: {
    title: 'The server speaks a version of MCP that the gateway does not',
    next: 'Update the server; versions 2024-11-05 to 2026-07-28 are understood.',
  },
  HANDSHAKE_REFUSED: { title: 'The server refused the handshake', next: 'Read its answer below.' },
  TOO_MANY_TOOLS: {
    title: 'The server lists more tools than can be offered',
    next: 'Use a server, or a setting of it, that offers fewer tools at once.',
  },
  ANSWER_TOO_LARGE: {
    title: 'The answer is longer than can be held',
    next: 'Ask for less at once. A client of the same era as the server gets answers of any length over Streamable HTTP.',
  },
}

/** The way to a remote server. */
const REACHED = {
  CONNECTION_REFUSED: { title: 'Nothing listens at the address', next: 'Start the server, and check host and port of the URL.' },
  CONNECT_TIMEOUT: {
    title: 'The address does not answer',
    next: 'Check host and port, and whether a firewall or VPN stands between.',
  },
  NETWORK_UNREACHABLE: { title: 'There is no way to the address', next: 'Check your network connection or VPN.' },
  HOST_NOT_FOUND: { title: 'The host name does not exist', next: 'Check the spelling of the URL and your network connection.' },
  PROXY_NEEDED: {
    title: 'The address cannot be reached directly, and the gateway uses no proxy',
    next: 'Your system names a proxy, which the gateway does not use: allow the address past it, or use another network.',
  },
  PROXY_SIGN_IN: {
    title: 'A proxy on the way wants a sign-in',
    next: 'Use a network without it, or let whoever runs the proxy allow the address.',
  },
  CONNECTION_RESET: {
    title: 'The connection was cut before an answer came',
    next: 'Check that the URL says http or https as the server expects; else look at the log of the server.',
  },
  CONNECTION_LOST: {
    title: 'The connection broke',
    next: 'The gateway connects again on the next call. If this repeats, look at the log of the server.',
  },
  ADDRESS_FORBIDDEN: {
    title: 'The address is not one that the gateway connects to',
    next: 'Use another address, or agree to local and private addresses in the configuration of the server.',
  },
  FOREIGN_ENDPOINT: {
    title: 'The server wants its messages sent to another origin than its own',
    next: 'Nothing was sent there. If you run the server behind a proxy, set the address to post to in its configuration.',
  },
  TLS_SELF_SIGNED: {
    title: 'The certificate of the server is signed by nobody but itself',
    next: 'If the server is yours, set NODE_EXTRA_CA_CERTS to its certificate where the gateway starts; else do not trust it.',
  },
  TLS_UNKNOWN_CA: {
    title: 'The certificate of the server is signed by an authority that is not known here',
    next: 'If you trust the authority (your company, say), set NODE_EXTRA_CA_CERTS to its certificate where the gateway starts.',
  },
  TLS_EXPIRED: {
    title: 'The certificate of the server is not valid at this time',
    next: 'Check the clock of this computer; if it is right, whoever runs the server has to renew the certificate.',
  },
  TLS_WRONG_HOST: {
    title: 'The certificate belongs to another host',
    next: 'Use one of the names that are shown below in the URL.',
  },
  TLS_NOT_SPOKEN: {
    title: 'The server does not speak TLS at this port',
    next: 'Use http:// instead of https://, or the port of its secure connection.',
  },
  TLS_FAILED: {
    title: 'The secure connection could not be made',
    next: 'The server and the gateway share no way of securing it: the server may be too old, or want a certificate of its client.',
  },
}

/** A remote server answers, and not as wished. */
const ANSWERED = {
  AUTH_REQUIRED: {
    title: 'The server wants a sign-in',
    next: 'Sign in on the page of the server, or with `local-mcp-gateway oauth authorize`. Where it wants a key instead, enter that.',
  },
  SIGN_IN_ENDED: {
    title: 'The sign-in has ended and cannot be renewed',
    next: 'Sign in again on the page of the server, or with `local-mcp-gateway oauth authorize`.',
  },
  SCOPE_MISSING: {
    title: 'The sign-in does not cover what was asked',
    next: 'Sign in again: the rights that are missing are asked for then.',
  },
  SIGN_IN_UNREACHABLE: {
    title: 'The sign-in could not be renewed, because its authorization server cannot be reached',
    next: 'Nothing was lost: it is tried again by itself.',
  },
  NOT_MCP: { title: 'The address answers, but not as an MCP server', next: 'Check the path of the URL: it often ends in /mcp.' },
  REDIRECTED: {
    title: 'The address leads to another one',
    next: 'Use the address that is shown below if you know it; redirects are not followed, because your key would go along.',
  },
  RATE_LIMITED: {
    title: 'The server was asked too often',
    next: 'Wait for the time that is shown, or get a higher limit from its makers.',
  },
  SERVER_ERROR: {
    title: 'The server has a fault of its own',
    next: 'Try again later; if it stays, tell whoever runs the server what it answered.',
  },
  HTTP_STATUS: { title: 'The server answered with an error', next: 'Read its answer below.' },
}

/** The causes that a server's state can name. Each has a code that people can look up and search for. */
export const PROBLEMS = {
  ...CONFIGURED,
  ...STARTED,
  ...ENDED,
  ...SPOKEN,
  ...REACHED,
  ...ANSWERED,
} as const satisfies Record<string, ProblemSpec>

export type ProblemCode = keyof typeof PROBLEMS

/** Whether a program that had started is not there any more. */
export const hasEnded = (code: string): boolean => code in ENDED
