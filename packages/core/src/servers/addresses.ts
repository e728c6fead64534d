import { BlockList, isIP } from 'node:net'

/** What kind of place an address is. `forbidden`: never a server of a user, often a way to steal cloud credentials. */
export type AddressKind = 'public' | 'loopback' | 'private' | 'forbidden'

function list(entries: readonly (readonly [string, number])[]): BlockList {
  const blocks = new BlockList()
  for (const [net, prefix] of entries) blocks.addSubnet(net, prefix, net.includes(':') ? 'ipv6' : 'ipv4')
  return blocks
}

const LOOPBACK = list([
  ['127.0.0.0', 8],
  ['::1', 128],
])
const PRIVATE = list([
  // Local use of NAT64: who is behind it cannot be told from the address.
  ['64:ff9b:1::', 48],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['198.18.0.0', 15],
  ['fc00::', 7],
  ['fec0::', 10],
])
const FORBIDDEN = list([
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  // Alibaba's metadata.
  ['100.100.100.200', 32],
  ['192.0.0.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  // Teredo: carries an IPv4 address that its sender chose, through a tunnel that nobody runs any more.
  ['2001::', 32],
  // AWS answers metadata here as well.
  ['fd00:ec2::254', 128],
])

/** The eight 16-bit groups of an IPv6 address in any spelling. */
function groups(address: string): number[] {
  const bare = address.split('%')[0] as string
  const dotted = bare.match(/^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/)
  const text = dotted
    ? `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
    : bare
  const [head = '', tail] = text.split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const left = parse(head)
  const right = tail === undefined ? [] : parse(tail)
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right]
}

/** The IPv4 address that an IPv6 one carries: mapped, compatible, translated, NAT64 or 6to4. */
function embeddedV4(address: string): string | null {
  const g = groups(address)
  const v4 = (high: number, low: number) => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  const [g0, g1, , , , g5, g6, g7] = g as [number, number, number, number, number, number, number, number]
  const zeros = g.slice(0, 5).every((group) => group === 0)
  if (zeros && (g5 === 0xffff || (g5 === 0 && (g6 > 0 || g7 > 1)))) return v4(g6, g7)
  if (g.slice(0, 4).every((group) => group === 0) && g[4] === 0xffff && g5 === 0) return v4(g6, g7)
  if (g0 === 0x64 && g1 === 0xff9b && g[2] === 0) return v4(g6, g7)
  if (g0 === 0x2002) return v4(g1, g[2] as number)
  return null
}

/** @param address an IP address in text form, without brackets */
export function classifyAddress(address: string): AddressKind {
  if (isIP(address) === 6) {
    const inner = embeddedV4(address)
    if (inner) return classifyAddress(inner)
  }
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (LOOPBACK.check(address, family)) return 'loopback'
  if (FORBIDDEN.check(address, family)) return 'forbidden'
  if (PRIVATE.check(address, family)) return 'private'
  return 'public'
}

/**
 * The kind of a URL's host as far as its text tells: null for a name that only a look-up can tell.
 * The URL parser has already turned decimal, octal and hexadecimal spellings of IPv4 into the usual one.
 */
export function classifyHost(url: URL): AddressKind | null {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isIP(host)) return classifyAddress(host)
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback'
  if (host === 'metadata.google.internal') return 'forbidden'
  if (host.endsWith('.local') || host.endsWith('.internal') || host.endsWith('.lan')) return 'private'
  return null
}
