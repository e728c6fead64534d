/** What one error code means on each way in. Our own JSON-RPC codes are -32080 to -32089, clear of those that MCP uses. */
export interface ErrorSpec {
  /** HTTP status of the problem body. */
  readonly status: number
  /** JSON-RPC error code on an MCP endpoint; null where the error cannot happen there. */
  readonly rpc: number | null
  /** Short name of the situation, the same for every occurrence. */
  readonly title: string
  /** What to do about it when the place that raised it had nothing more precise to say. */
  readonly next: string
}

const spec = (status: number, rpc: number | null, title: string, next: string): ErrorSpec => ({ status, rpc, title, next })

/** The one error table of the product: REST, MCP, CLI and the window all read it. */
export const ERRORS = {
  VALIDATION_ERROR: spec(400, -32602, 'The input is not valid', 'Correct the fields that are listed and send it again.'),
  INVALID_SLUG: spec(
    400,
    null,
    'The slug is not valid',
    'Use 3 to 50 characters: lower-case letters, digits and dashes, starting with a letter.',
  ),
  RESERVED_SLUG: spec(400, null, 'The slug is reserved', 'Choose another slug.'),
  INVALID_TYPE: spec(
    400,
    null,
    'The server type is not known or not available yet',
    'Use "external" for a command or "remote_http" for a URL ("remote_sse" for one of the old kind).',
  ),
  INVALID_CONFIG: spec(400, null, 'The configuration does not fit the server type', 'Correct the fields that are listed.'),
  IMMUTABLE_FIELD: spec(400, null, 'The field cannot be changed', 'Create a new server instead.'),
  BACKUP_INVALID: spec(400, null, 'The file is not a backup of this app', 'Choose a file that this app made; nothing was changed.'),
  BACKUP_DAMAGED: spec(400, null, 'The backup is damaged', 'Choose an older backup; nothing was changed.'),
  BACKUP_AHEAD: spec(400, null, 'The backup was made by a newer version', 'Install the newer version of the app; nothing was changed.'),
  SNIPPET_UNREADABLE: spec(
    400,
    null,
    'The snippet cannot be read',
    'Paste the command, the link or the piece of configuration as it is in the documentation of the server, or fill in the form.',
  ),
  INCOMPLETE_ORDER: spec(400, null, 'The order does not name every linked server once', 'Send the ids of all linked servers, each once.'),
  INVALID_STATE: spec(
    400,
    null,
    'The sign-in is not known, was used already, or took too long',
    'Begin the sign-in again in the app; it has to be ended within ten minutes.',
  ),
  MISSING_CODE: spec(400, null, 'The answer of the sign-in holds no code', 'Begin the sign-in again in the app.'),
  SIGN_IN_DENIED: spec(
    400,
    null,
    'The authorization server did not grant the sign-in',
    'Begin the sign-in again in the app, and agree there.',
  ),
  UNAUTHORIZED: spec(
    401,
    -32086,
    'A valid token is needed',
    'Create a token in the Clients page and send it as "Authorization: Bearer …".',
  ),
  FORBIDDEN: spec(403, -32087, 'The token does not allow this', 'Use a token with the right that is named, or change the token.'),
  FORBIDDEN_ORIGIN: spec(
    403,
    -32088,
    'The request comes from a place that is not allowed',
    'Call 127.0.0.1 directly, not through a web page.',
  ),
  NOT_FOUND: spec(404, -32601, 'There is nothing at this address', 'Check the address.'),
  PROFILE_NOT_FOUND: spec(404, -32080, 'The profile does not exist', 'Check the slug at the end of the URL; the Profiles page lists them.'),
  SERVER_NOT_FOUND: spec(404, null, 'The server does not exist', 'The Servers page lists the servers that exist.'),
  PRESET_NOT_FOUND: spec(404, null, 'The preset does not exist', '`server presets` and the page "Add server" list the presets that exist.'),
  SERVER_NOT_IN_PROFILE: spec(404, null, 'The server is not linked to this profile', 'Add the server to the profile first.'),
  SOURCE_NOT_FOUND: spec(404, null, 'The source does not exist', 'The Sources page and `source ls` list the sources that exist.'),
  TOKEN_NOT_FOUND: spec(404, null, 'The token does not exist', 'The Clients page lists the tokens that exist.'),
  ACCOUNT_NOT_FOUND: spec(404, null, 'The account does not exist', 'The page of the server and `oauth ls` list its accounts.'),
  NOT_SIGNED_IN: spec(404, null, 'The account is not signed in', 'Sign it in first.'),
  SECRET_NOT_FOUND: spec(404, null, 'The secret does not exist', 'The Secrets page and `secret ls` list the secrets that exist.'),
  BACKUP_NOT_FOUND: spec(404, null, 'The backup does not exist', 'The Backups page and `backup ls` list the backups that exist.'),
  LOG_NOT_FOUND: spec(404, null, 'The traffic log has no such row', 'The Activity page and `log ls` list what is kept.'),
  TOOL_NOT_FOUND: spec(
    404,
    null,
    'The server has no such tool',
    'The page of the server and `tool ls` list its tools, by the names that it gives them.',
  ),
  METHOD_NOT_ALLOWED: spec(405, -32601, 'The method is not allowed here', 'See the Allow header.'),
  SLUG_EXISTS: spec(409, null, 'The slug is taken', 'Choose another slug.'),
  NAME_EXISTS: spec(409, null, 'The name is taken', 'Choose another name.'),
  SECRET_IN_USE: spec(
    409,
    null,
    'Servers use this secret',
    'Take it out of their configuration first, or delete it by force: they then stop working.',
  ),
  ALREADY_ADDED: spec(409, null, 'The server is already in this profile', 'Nothing to do.'),
  DEFAULT_PROFILE: spec(409, null, 'The default profile cannot be deleted', 'Make another profile the default first.'),
  NOT_DELETED: spec(409, null, 'The server is not deleted', 'Nothing to do; delete it first to restore or purge it.'),
  SERVER_IN_USE: spec(409, null, 'Profiles use the server', 'Remove it from the profiles that are named, or delete it without ifUnused.'),
  SOURCE_IN_USE: spec(
    409,
    null,
    'Servers use the source',
    'Take it off the servers that are named, or delete it with force: those servers then miss it.',
  ),
  CONFLICT: spec(409, null, 'Somebody changed this in the meantime', 'Load it again and repeat the change.'),
  APPROVAL_REQUIRED: spec(
    409,
    -32084,
    'The server waits for approval',
    'Open the server in the window, read what will run, and approve it.',
  ),
  NO_OAUTH_CONFIG: spec(
    409,
    null,
    'The authorization server registers no clients by itself',
    'Create a client there by hand, with the redirect URI that is shown, and enter its id (and secret) at the server.',
  ),
  AUTH_REQUIRED: spec(409, -32082, 'The server wants a sign-in', 'Sign in to the server, then try again.'),
  NOT_REPLAYABLE: spec(
    409,
    null,
    'The recorded call cannot be made again',
    'Only whole calls of which nothing was hidden or cut can be repeated, and only where they went then.',
  ),
  NOT_IN_RECOVERY: spec(409, null, 'The gateway is not in recovery', 'Load the page again: the gateway serves as it should.'),
  DATABASE_IN_USE: spec(409, null, 'Another process has the database open', 'End that process, then try again; nothing was changed.'),
  PAYLOAD_TOO_LARGE: spec(413, -32600, 'The request is too large', 'Send less at once.'),
  UNSUPPORTED_MEDIA_TYPE: spec(415, -32600, 'The content type is not accepted', 'Send "Content-Type: application/json".'),
  RATE_LIMITED: spec(429, -32085, 'Too many requests', 'Wait as long as Retry-After says.'),
  NO_AUTHORIZATION_SERVER: spec(
    502,
    null,
    'The server does not say how to sign in',
    'Ask its makers; where they name an authorization server, enter its addresses at the server.',
  ),
  OAUTH_METADATA_INVALID: spec(
    502,
    null,
    'What the authorization server says of itself cannot be used',
    'Ask those who run it; the detail says what is wrong.',
  ),
  ISSUER_MISMATCH: spec(
    502,
    null,
    'Another authorization server answers than the one that was asked',
    'Do not sign in. Ask those who run the server; this can be an attack.',
  ),
  RESOURCE_MISMATCH: spec(
    502,
    null,
    'The server names another one as what is signed in to',
    'Do not sign in. Check the URL of the server, and ask those who run it.',
  ),
  PKCE_UNSUPPORTED: spec(
    502,
    null,
    'The authorization server does not say that it protects sign-ins with PKCE',
    'Ask those who run it. If you trust it, allow it in the settings of the sign-in.',
  ),
  ADDRESS_FORBIDDEN: spec(
    502,
    null,
    'The sign-in leads to an address that is not allowed',
    'If the server is your own, allow the local network in its configuration; else do not sign in.',
  ),
  OAUTH_UNREACHABLE: spec(502, null, 'The authorization server cannot be reached', 'Try again later; what is stored stays.'),
  REGISTRATION_FAILED: spec(
    502,
    null,
    'The authorization server refused to register the gateway',
    'Create a client there by hand and enter it at the server.',
  ),
  TOKEN_EXCHANGE_FAILED: spec(
    502,
    null,
    'The authorization server gave no token',
    'Begin the sign-in again; the detail says what it answered.',
  ),
  INTERNAL: spec(500, -32603, 'Something went wrong inside the gateway', 'Look for the incident id in the log and report it.'),
  RESTORE_FAILED: spec(500, null, 'The database could not be replaced', 'The database is as it was before; see the log.'),
  TOOL_CHANGED: spec(
    403,
    -32602,
    'Its definition changed since it was accepted, so it is kept back',
    'Open the server in the window, read what changed, and accept it.',
  ),
  SERVER_UNAVAILABLE: spec(502, -32081, 'The server is down or did not start', 'Open the server in the window: its state says why.'),
  POOL_EXHAUSTED: spec(503, null, 'No free endpoint is left', 'Purge a deleted server, or add entries to MCP_GATEWAY_URL_POOLS.'),
  OVERLOADED: spec(
    503,
    -32089,
    'The gateway is short of memory',
    'Try again in a few seconds. If it stays so, look in the log who sends so much, and restart the gateway.',
  ),
  LOG_UNAVAILABLE: spec(503, null, 'The traffic log cannot be read at the moment', 'Try again in a moment; calls go on meanwhile.'),
  DB_BUSY: spec(503, -32603, 'The database is busy', 'Try again in a moment.'),
  SECRETS_UNAVAILABLE: spec(
    503,
    null,
    'Secrets cannot be stored yet',
    'Choose where the key is kept: on the Secrets page, or with `secret keep`.',
  ),
  SECRETS_LOCKED: spec(
    503,
    null,
    'The stored secrets are locked',
    'Open the Secrets page or run `secret status`: they say why. Nothing is lost, and servers without secrets go on.',
  ),
  NOT_READY: spec(503, -32603, 'The gateway is not ready', 'See /health/ready for the check that fails.'),
  BACKUP_UNWRITABLE: spec(503, null, 'The backup cannot be written there', 'Check the rights of the folder, or choose another one.'),
  BACKUP_NO_SPACE: spec(507, null, 'There is no room for a copy of the database', 'Free some space, or choose a folder on another disk.'),
  UPSTREAM_TIMEOUT: spec(504, -32083, 'The server took too long', 'Try again, or raise the timeout of the server.'),

  // Launch errors: they end the process or open the recovery page, and never reach a client.
  PORT_IN_USE: spec(503, null, 'The port is taken', 'Stop the program that holds it, or set PORT to another port and update your clients.'),
  HOST_NOT_LOOPBACK: spec(400, null, 'The gateway only listens on this computer', 'Leave HOST empty or set it to 127.0.0.1.'),
  ALREADY_RUNNING: spec(409, null, 'Another gateway uses this data directory', 'Use the one that runs, or stop it first.'),
  DATABASE_UNWRITABLE: spec(
    503,
    null,
    'The database cannot be written',
    'Check the rights of the folder, or set DATABASE_PATH to another place.',
  ),
  DATABASE_NOT_SQLITE: spec(
    503,
    null,
    'The file is not a database of this app',
    'Set DATABASE_PATH to another place; the file was not touched.',
  ),
  DATABASE_FOREIGN: spec(
    503,
    null,
    'The database belongs to another program',
    'Set DATABASE_PATH to another place; the file was not touched.',
  ),
  DATABASE_WAL_UNAVAILABLE: spec(
    503,
    null,
    'The database cannot run in WAL mode here',
    'Move it off the network drive or sync folder (DATABASE_PATH).',
  ),
  DATABASE_CORRUPT: spec(503, null, 'The database is damaged', 'Keep the file and restore a backup.'),
  DATABASE_UNSUPPORTED_URL: spec(
    400,
    null,
    'DATABASE_URL names a database that is not supported',
    'Use DATABASE_PATH with the path of a file.',
  ),
  MIGRATION_LOCK_TIMEOUT: spec(503, null, 'Another copy is upgrading the database', 'Wait until it is done, then start again.'),
  MIGRATION_DIRTY: spec(503, null, 'An upgrade of the database was left unfinished', 'Restore the backup that was made before it.'),
  MIGRATION_AHEAD: spec(503, null, 'The database was written by a newer version', 'Install the newer version of the app.'),
  MIGRATION_CHANGED: spec(503, null, 'A migration differs from the one that was applied', 'Reinstall the app; do not edit migrations.'),
  MIGRATION_FAILED: spec(
    503,
    null,
    'An upgrade of the database failed and was rolled back',
    'Report the error; the database is as it was before.',
  ),
  SCHEMA_DRIFT: spec(
    503,
    null,
    'The database does not have the expected form',
    'Restore a backup, or undo the change that was made by hand.',
  ),
} as const satisfies Record<string, ErrorSpec>

export type ErrorCode = keyof typeof ERRORS

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
}
