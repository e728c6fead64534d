import type { LookupAddress, LookupOptions } from 'node:dns'
import { lookup as dnsLookup } from 'node:dns'
import { type AddressKind, classifyAddress } from '@local-mcp/core'
import { UpstreamError } from './problems.ts'

/**
 * Looks a name up and refuses the addresses that the configuration does not allow, at the moment of connecting.
 *
 * @param only the one kind of address that counts; every kind that the configuration allows where it is left out
 */
export function guardedLookup(allowPrivate: boolean, lookup: typeof dnsLookup = dnsLookup, only?: AddressKind) {
  const fits = (kind: AddressKind) => addressAllowed(kind, allowPrivate) && (only ?? kind) === kind
  return (
    host: string,
    options: LookupOptions,
    done: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '')
      const allowed = found.filter(({ address }) => fits(classifyAddress(address)))
      const first = allowed[0]
      if (!first) return done(new UpstreamError('ADDRESS_FORBIDDEN', [`${host} is ${found.map(({ address }) => address).join(', ')}`]), '')
      if (options.all) done(null, allowed)
      else done(null, first.address, first.family)
    })
  }
}

/** Whether a configuration allows a target of that kind. */
export function addressAllowed(kind: AddressKind | null, allowPrivate: boolean): boolean {
  return kind === null || kind === 'public' || (kind !== 'forbidden' && allowPrivate)
}
