/**
 * The two eras of MCP. Legacy revisions begin with `initialize` and have sessions; in the modern ones every request
 * says in `params._meta` all that a server needs to know.
 */
export type Era = 'legacy' | 'modern'

/** Revisions with `initialize`, newest first. */
export const LEGACY_VERSIONS: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']
export const MODERN_VERSIONS: readonly string[] = ['2026-07-28']
export const NEWEST_LEGACY = LEGACY_VERSIONS[0] as string
export const NEWEST_MODERN = MODERN_VERSIONS[0] as string

const NAMESPACE = 'io.modelcontextprotocol/'

/** Members of `_meta` that the modern revisions define. */
export const META = {
  version: `${NAMESPACE}protocolVersion`,
  capabilities: `${NAMESPACE}clientCapabilities`,
  clientInfo: `${NAMESPACE}clientInfo`,
  logLevel: `${NAMESPACE}logLevel`,
  serverInfo: `${NAMESPACE}serverInfo`,
  subscriptionId: `${NAMESPACE}subscriptionId`,
} as const

/** The members that belong to one hop between a client and a server, and never go further. */
export const ENVELOPE: ReadonlySet<string> = new Set([META.version, META.capabilities, META.clientInfo, META.logLevel])

/** The tasks extension of the modern revisions. */
export const TASKS = `${NAMESPACE}tasks`

/** What the methods of MCP itself begin with, of every revision; everything else belongs to extensions. */
export const CORE_NAMESPACES: ReadonlySet<string> = new Set([
  'completion',
  'elicitation',
  'logging',
  'notifications',
  'prompts',
  'resources',
  'roots',
  'sampling',
  'server',
  'subscriptions',
  'tasks',
  'tools',
])

/** What a server may ask a client for, and the capability that a client declares for it. */
export const CLIENT_REQUESTS: Readonly<Record<string, string>> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
}

export const LOG_LEVELS: readonly string[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']

/** JSON-RPC codes that MCP defines. */
export const CODES = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** Legacy: resources/read of an unknown URI. */
  resourceNotFound: -32002,
  /** Legacy: the person has to visit an address first. */
  linksNeeded: -32042,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const
