// What tells the two eras apart: who is spoken to, and what is wrong with how they speak.
import { randomUUID } from 'node:crypto'
import { ERA, GRID, INFO, LEGACY, MODERN, NS, RpcError, TASKS } from './protocol.mjs'

export const supportedVersions = () => (ERA === 'both' ? [...MODERN, ...LEGACY] : MODERN)
export const capabilitiesOf = (modern) => ({
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
  ...(modern ? { extensions: { [TASKS]: {}, ...(GRID ? { 'com.acme': {} } : {}) } } : {}),
})

/** Where an answer keeps the HTTP status that belongs to it. */
export const HTTP = Symbol('http')
export const isReq = (m) => m.method !== undefined && m.id !== undefined
export const modernClaim = (m, h) =>
  ERA !== 'legacy' &&
  (m?.params?._meta?.[`${NS}protocolVersion`] !== undefined || m?.method === 'server/discover' || (h !== undefined && !LEGACY.includes(h)))
export function initResult(params) {
  const v = LEGACY.includes(params?.protocolVersion) ? params.protocolVersion : LEGACY[0]
  return { protocolVersion: v, capabilities: capabilitiesOf(false), serverInfo: INFO, instructions: 'test upstream' }
}
export const newSession = () => ({ id: randomUUID(), subs: new Set(), caps: {}, pending: new Map(), seq: 0, send() {}, streams: new Map() })
export const modernEnvelopeError = (m) => {
  const meta = m.params?._meta
  if (
    typeof meta?.[`${NS}protocolVersion`] !== 'string' ||
    typeof meta?.[`${NS}clientCapabilities`] !== 'object' ||
    meta[`${NS}clientCapabilities`] === null
  )
    return new RpcError(-32602, 'Invalid params: missing required _meta fields', undefined, 400)
}
export const unsupported = (v) =>
  new RpcError(-32022, 'Unsupported protocol version', { supported: supportedVersions(), requested: v }, 400)
