/**
 * Whether a URL names this computer or the local network, as far as its text tells. It only decides whether the
 * consent is offered; the gateway looks at the address that it really connects to.
 */
export function isPrivateUrl(text: string): boolean {
  const url = URL.parse(text.trim())
  if (url === null) return false
  const host = url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
  const v4 = ipv4(host)
  if (v4) return isPrivateV4(v4)
  if (host.includes(':')) return isPrivateV6(host)
  return host !== '' && (!host.includes('.') || /(^|\.)(localhost|local|lan|home|internal|home\.arpa)$/.test(host))
}

function ipv4(host: string): [number, number] | null {
  // URL has already brought every notation of IPv4 into this one.
  const match = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(host)
  return match ? [Number(match[1]), Number(match[2])] : null
}

function isPrivateV4([a, b]: [number, number]): boolean {
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    (a === 100 && b >= 64 && b <= 127) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168)
  )
}

function isPrivateV6(host: string): boolean {
  const mapped = /^::ffff:([0-9a-f]{1,4}):[0-9a-f]{1,4}$/.exec(host)
  if (mapped) {
    const high = Number.parseInt(mapped[1]!, 16)
    return isPrivateV4([high >> 8, high & 0xff])
  }
  return host === '::' || host === '::1' || /^f[cd]|^fe[89ab]/.test(host)
}
