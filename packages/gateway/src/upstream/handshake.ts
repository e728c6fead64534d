import { isObject } from '@local-mcp/kernel'
import { CODES, type Era, LEGACY_VERSIONS, META, MODERN_VERSIONS, NEWEST_LEGACY, NEWEST_MODERN } from '../protocol/revisions.ts'
import { type Frame, parseSpan } from '../wire/frame.ts'
import { toJson } from '../wire/json-edit.ts'
import type { Span } from '../wire/json-scan.ts'
import { RefusedError, UpstreamError } from './problems.ts'
import type { SendOptions } from './transport.ts'

/** What a server said about itself. */
export interface Handshake {
  readonly era: Era
  readonly version: string
  readonly capabilities: Readonly<Record<string, unknown>>
  readonly serverInfo: { readonly name: string; readonly version: string } | null
  readonly instructions: string | null
}

export interface HandshakeCarrier {
  request(method: string, params: Buffer, timeoutMs: number, options?: Partial<SendOptions>): Promise<Frame & { result: Span }>
  notify(method: string, params?: object): void
}

/**
 * How long a server may think about a request that it may not know. Some legacy servers never answer those; a slow
 * start looks the same, so the other question is then asked too and the first answer counts. In milliseconds.
 */
const SILENCE = 3000

/** What some client behind us may be able to answer; each request is then held against the client that it is for. */
const CLIENT_CAPABILITIES = {
  roots: { listChanged: true },
  sampling: { context: {}, tools: {} },
  elicitation: { form: {}, url: {} },
}

const clientInfo = (version: string) => ({ name: 'local-mcp-gateway', version })

/** Params of a request of our own, as the era wants them. @param fields beside `_meta` */
export function ownParams(era: Era, version: string, fields: object = {}): Buffer {
  const _meta = { [META.version]: NEWEST_MODERN, [META.capabilities]: {}, [META.clientInfo]: clientInfo(version) }
  return toJson(era === 'modern' ? { ...fields, _meta } : fields)
}

/** What a server of the other era may answer, so that asking in that one is worth it. */
const OTHER_ERA = new Set<string>([
  'HANDSHAKE_REFUSED',
  'HANDSHAKE_TIMEOUT',
  'STDOUT_NOISE',
  'NO_LINE_END',
  'NOT_MCP',
  'HTTP_STATUS',
  'SERVER_ERROR',
  'CONNECTION_LOST',
  'CONNECTION_RESET',
])

/**
 * Finds out which era a server speaks, modern first, and what it can do.
 *
 * @param eras what may be tried
 * @throws UpstreamError
 */
export async function shakeHands(
  carrier: HandshakeCarrier,
  version: string,
  timeoutMs: number,
  eras: 'auto' | Era = 'auto',
): Promise<Handshake> {
  if (eras === 'legacy') return initialize(carrier, version, timeoutMs)
  const asked = discover(carrier, version, timeoutMs)
  // Nobody has to ask first, so a server may not have an answer: what it can do then shows when it is asked for it.
  if (eras === 'modern') return (await asked) ?? { era: 'modern', version: NEWEST_MODERN, ...describe({}, null) }
  let timer: NodeJS.Timeout | undefined
  const silent = new Promise<'silent'>((resolve) => {
    timer = setTimeout(resolve, SILENCE, 'silent')
  })
  const first = await Promise.race([asked, silent]).finally(() => clearTimeout(timer))
  if (first === null) return initialize(carrier, version, timeoutMs)
  if (first !== 'silent') return first
  const legacy = initialize(carrier, version, timeoutMs)
  legacy.catch(() => {})
  return Promise.race([legacy, asked.then((modern) => modern ?? legacy)])
}

/** @returns null where the server does not speak a modern revision that we speak */
async function discover(carrier: HandshakeCarrier, version: string, timeoutMs: number, again = true): Promise<Handshake | null> {
  const { request } = carrier
  try {
    const frame = await request('server/discover', ownParams('modern', version), timeoutMs, { era: 'modern', version: NEWEST_MODERN })
    const result = parseSpan(frame.bytes, frame.result)
    if (!isObject(result) || !Array.isArray(result.supportedVersions)) return null
    if (!result.supportedVersions.some((one) => MODERN_VERSIONS.includes(String(one)))) return null
    const meta = isObject(result._meta) ? result._meta : {}
    return { era: 'modern', version: NEWEST_MODERN, ...describe(result, meta[META.serverInfo]) }
  } catch (error) {
    // It speaks the modern way and says which revisions, so one that we share is asked for.
    if (again && error instanceof RefusedError && speaksModern(error.error)) return discover(carrier, version, timeoutMs, false)
    if (error instanceof UpstreamError && OTHER_ERA.has(error.problem.code)) return null
    throw error
  }
}

function speaksModern(error: unknown): boolean {
  if (!isObject(error) || error.code !== CODES.unsupportedVersion || !isObject(error.data)) return false
  const { supported } = error.data
  return Array.isArray(supported) && supported.some((one) => MODERN_VERSIONS.includes(String(one)))
}

async function initialize({ request }: HandshakeCarrier, version: string, timeoutMs: number): Promise<Handshake> {
  const params = toJson({ protocolVersion: NEWEST_LEGACY, capabilities: CLIENT_CAPABILITIES, clientInfo: clientInfo(version) })
  const frame = await request('initialize', params, timeoutMs).catch((error: UpstreamError) => {
    // Servers of a later era than we know refuse both ways of opening.
    const code = error instanceof RefusedError && isObject(error.error) ? error.error.code : null
    if (code === CODES.methodNotFound || code === CODES.unsupportedVersion)
      throw new UpstreamError('PROTOCOL_MISMATCH', error.problem.evidence)
    throw error
  })
  const result = parseSpan(frame.bytes, frame.result)
  const settled = isObject(result) ? String(result.protocolVersion) : ''
  if (!isObject(result) || !LEGACY_VERSIONS.includes(settled)) {
    throw new UpstreamError('PROTOCOL_MISMATCH', [`The server answered with version ${settled.slice(0, 100)}`])
  }
  return { era: 'legacy', version: settled, ...describe(result, result.serverInfo) }
}

function describe(result: Record<string, unknown>, info: unknown): Pick<Handshake, 'capabilities' | 'serverInfo' | 'instructions'> {
  return {
    capabilities: isObject(result.capabilities) ? result.capabilities : {},
    serverInfo: isObject(info) ? { name: String(info.name), version: String(info.version) } : null,
    instructions: typeof result.instructions === 'string' && result.instructions !== '' ? result.instructions : null,
  }
}
