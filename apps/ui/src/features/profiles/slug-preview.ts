import { RESERVED_SLUGS, SLUG_MAX, SLUG_MIN } from '@local-mcp/contract'

const FALLBACK = 'profile'

/**
 * The slug that a profile of this name will get, by the same rule as the gateway's (core/src/slug.ts). Only a
 * preview: the gateway decides, and it alone knows what was taken a moment ago. Empty as long as nothing is typed.
 */
export function slugPreview(name: string, taken: readonly string[] = []): string {
  if (name.trim() === '') return ''
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, SLUG_MAX)
    .replace(/-+$/, '')
  const base = plain.length >= SLUG_MIN ? plain : plain === '' ? FALLBACK : `${plain}-${FALLBACK}`
  let free = base
  for (let number = 2; taken.includes(free) || RESERVED_SLUGS.includes(free); number++) {
    const suffix = `-${number}`
    free = base.slice(0, SLUG_MAX - suffix.length) + suffix
  }
  return free
}
