/** Headers that the gateway writes itself, or that would let a configuration change how the request is framed. */
const OURS = new Set([
  'host',
  'content-length',
  'content-type',
  'accept',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Whether a header of this name belongs to the protocol or the connection, and not to the user. */
export function isReservedHeader(name: string): boolean {
  const lower = name.toLowerCase()
  return OURS.has(lower) || lower.startsWith('mcp-')
}
