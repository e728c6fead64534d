const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Whether a host name, without its port, means this computer. */
export const isLoopbackName = (hostname: string): boolean => LOOPBACK.has(hostname)

/**
 * What tells one endpoint from another in a request: host, port and path. The scheme is left out, because a request that
 * a proxy passes on does not tell it any more, and the names of this computer are one.
 *
 * @param address an endpoint, or what a request says of itself: `http://<Host><path>`
 * @returns text that is no URL as it is: no request is for it
 */
export function endpointKey(address: string): string {
  if (!URL.canParse(address)) return address
  const { hostname, port, pathname } = new URL(address)
  const host = isLoopbackName(hostname) ? 'loopback' : hostname.replace(/\.$/, '')
  const shown = port === '' || port === '80' || port === '443' ? '' : `:${port}`
  return `${host}${shown}${pathname.replace(/\/+$/, '')}`
}
