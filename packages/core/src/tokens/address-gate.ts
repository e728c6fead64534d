import { BlockList, isIP } from 'node:net'
import { AppError } from '@local-mcp/kernel'

const FAMILIES = { 4: 'ipv4', 6: 'ipv6' } as const

/**
 * Tells whether an address is one of those, or in one of those networks (CIDR).
 * @throws AppError VALIDATION_ERROR naming the entry that is neither
 */
export function createAddressGate(entries: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList()
  for (const [index, entry] of entries.entries()) {
    const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? []
    const family = FAMILIES[isIP(address) as 4 | 6]
    try {
      if (prefix === undefined) list.addAddress(address, family)
      else list.addSubnet(address, Number(prefix), family)
    } catch {
      const message = `"${entry}" is neither an address nor a network such as 10.0.0.0/8 or fd00::/8`
      throw new AppError('VALIDATION_ERROR', `addresses: ${message}`, { fields: [{ path: ['addresses', index], message }] })
    }
  }
  // Few connections make many requests.
  let known: string | undefined
  let answer = false
  return (address) => {
    if (address === undefined) return false
    if (address !== known) {
      known = address
      answer = list.check(address, FAMILIES[isIP(address) as 4 | 6] ?? 'ipv4')
    }
    return answer
  }
}
