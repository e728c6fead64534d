import type { DAYS, Right, UsageLimits } from '@local-mcp/contract'

export const EXPIRIES = ['30', '90', '365', 'never'] as const
export type Expiry = (typeof EXPIRIES)[number]
export const ACCESSES = ['client', 'admin', 'custom'] as const
export const LIMIT_KEYS = ['perMinute', 'perHour', 'perDay', 'total'] as const satisfies readonly (keyof UsageLimits)[]
type Day = (typeof DAYS)[number]

/** What somebody has filled in, as text where it is typed. Empty is: not limited. */
export interface TokenFormValues {
  readonly name: string
  readonly description: string
  readonly access: (typeof ACCESSES)[number]
  readonly rights: readonly Right[]
  readonly profiles: readonly string[]
  readonly servers: readonly string[]
  /** Separated by blanks, commas or lines. */
  readonly addresses: string
  readonly days: readonly Day[]
  readonly from: string
  readonly to: string
  readonly zone: string
  readonly limits: Readonly<Record<(typeof LIMIT_KEYS)[number], string>>
  readonly expiry: Expiry
}

export const emptyToken = (zone: string): TokenFormValues => ({
  name: '',
  description: '',
  access: 'client',
  rights: ['tools.read'],
  profiles: [],
  servers: [],
  addresses: '',
  days: [],
  from: '',
  to: '',
  zone,
  limits: { perMinute: '', perHour: '', perDay: '', total: '' },
  expiry: '90',
})

/** The input of `tokens.create`. What is not understood is sent as it is, so that the gateway says what is wrong with it. */
export function toTokenInput(values: TokenFormValues) {
  const { name, description, access, rights, profiles, servers, addresses, days, from, to, zone, limits, expiry } = values
  const isTimed = days.length > 0 || from !== '' || to !== ''
  const networks = addresses.split(/[\s,]+/).filter(Boolean)
  const usage = Object.fromEntries(LIMIT_KEYS.flatMap((key) => (limits[key].trim() === '' ? [] : [[key, Number(limits[key])]])))
  return {
    name,
    ...(description.trim() !== '' && { description }),
    ...(access === 'custom' ? { permissions: [...rights] } : { access }),
    ...(profiles.length > 0 && { profiles: [...profiles] }),
    ...(servers.length > 0 && { servers: [...servers] }),
    ...(networks.length > 0 && { addresses: networks }),
    ...(isTimed && {
      timeWindow: { ...(days.length > 0 && { days: [...days] }), ...(from !== '' && { from }), ...(to !== '' && { to }), zone },
    }),
    ...(Object.keys(usage).length > 0 && { usageLimits: usage }),
    expiresInDays: expiry === 'never' ? null : Number(expiry),
  }
}
