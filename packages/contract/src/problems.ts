/** Why a server is not connected: one name for each way it can fail, and the one next step. */
export interface ProblemSpec {
  readonly title: string
  readonly next: string
}

/** The causes that a server's state can name. Each has a code that people can look up and search for. */
export const PROBLEMS = {
  APPROVAL_REQUIRED: {
    title: 'Nobody has agreed to run this yet',
    next: 'Open the server in the window, read what it will run or contact, and approve it.',
  },
  COMMAND_NOT_FOUND: {
    title: 'The command was not found',
    next: 'Install the program, or use its full path. The gateway looked in the PATH that is shown.',
  },
  COMMAND_NOT_EXECUTABLE: {
    title: 'The command may not be run',
    next: 'Check that the file is a program and that you have the right to run it.',
  },
  WORKING_DIRECTORY_MISSING: {
    title: 'The working directory does not exist',
    next: 'Create the folder, or change it in the configuration of the server.',
  },
  ENV_MISSING: {
    title: 'An environment variable that the configuration refers to is not set',
    next: 'Set the variable for the gateway and restart it, or change the configuration.',
  },
  SECRET_MISSING: {
    title: 'A secret that the configuration refers to is not stored',
    next: 'Store it on the Secrets page or with `secret set`, or change the configuration.',
  },
  SECRET_UNUSABLE: {
    title: 'A stored secret cannot be sent as a header',
    next: 'Headers are one line of ASCII characters. Store the secret again without line breaks.',
  },
  SECRETS_LOCKED: {
    title: 'The stored secrets that the server needs are locked',
    next: 'Open the Secrets page: it says why, and how to unlock them. Nothing was sent or started.',
  },
  EXITED: { title: 'The program ended', next: 'Read its last lines below: they usually say why. Then restart the server.' },
  HANDSHAKE_TIMEOUT: {
    title: 'The program started but never answered',
    next: 'Check that it speaks MCP over stdin and stdout and prints nothing else to stdout.',
  },
  PROTOCOL_MISMATCH: {
    title: 'The server speaks a version of MCP that the gateway does not',
    next: 'Update the server; versions 2024-11-05 to 2026-07-28 are understood.',
  },
  HANDSHAKE_REFUSED: { title: 'The server refused the handshake', next: 'Read its answer below.' },
  CONNECTION_REFUSED: { title: 'Nothing listens at the address', next: 'Start the server, and check host and port of the URL.' },
  HOST_NOT_FOUND: { title: 'The host name does not exist', next: 'Check the spelling of the URL and your network connection.' },
  CONNECTION_LOST: {
    title: 'The connection broke',
    next: 'The gateway connects again on the next call. If this repeats, look at the log of the server.',
  },
  ANSWER_TOO_LARGE: {
    title: 'The answer is longer than can be held',
    next: 'Ask for less at once. A client of the same era as the server gets answers of any length over Streamable HTTP.',
  },
  TLS_FAILED: {
    title: 'The secure connection could not be made',
    next: 'Check the certificate of the server, and the clock of this computer.',
  },
  ADDRESS_FORBIDDEN: {
    title: 'The address is not one that the gateway connects to',
    next: 'Use another address, or agree to local and private addresses in the configuration of the server.',
  },
  FOREIGN_ENDPOINT: {
    title: 'The server wants its messages sent to another origin than its own',
    next: 'Nothing was sent there. If you run the server behind a proxy, set the address to post to in its configuration.',
  },
  AUTH_REQUIRED: { title: 'The server wants a sign-in', next: 'Add your key to the configuration of the server, or correct it.' },
  TOO_MANY_TOOLS: {
    title: 'The server lists more tools than can be offered',
    next: 'Use a server, or a setting of it, that offers fewer tools at once.',
  },
  NOT_MCP: { title: 'The address answers, but not as an MCP server', next: 'Check the path of the URL: it often ends in /mcp.' },
  HTTP_STATUS: { title: 'The server answered with an error', next: 'Read its answer below.' },
} as const satisfies Record<string, ProblemSpec>

export type ProblemCode = keyof typeof PROBLEMS
