/** Slugs that would shadow an address of the gateway. */
export const RESERVED_SLUGS: readonly string[] = [
  'gateway',
  'servers',
  'server',
  'tools',
  'resources',
  'prompts',
  'config',
  'info',
  'status',
  'sse',
  'message',
  's',
  'mcp',
  'health',
  'ready',
  'api',
  'admin',
  'oauth',
  'new',
]

export const SLUG = /^[a-z][a-z0-9-]*$/
export const SLUG_MIN = 3
export const SLUG_MAX = 50

/** The longest request body that is read, in bytes. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024

/** The longest snippet that is read, in characters. */
export const MAX_SNIPPET = 100_000

/** Port that clients are configured with unless PORT says otherwise. */
export const DEFAULT_PORT = 4444
