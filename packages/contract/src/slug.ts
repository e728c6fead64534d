import { RESERVED_SLUGS, SLUG_MAX, SLUG_MIN } from './limits.ts'

/**
 * A slug for a name, made unique with -2, -3 … It is always valid and never reserved; a name without a single usable
 * letter gives `fallback`.
 */
export function slugFor(name: string, fallback: string, taken: readonly string[]): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, SLUG_MAX)
    .replace(/-+$/, '')
  const base = plain.length >= SLUG_MIN ? plain : plain === '' ? fallback : `${plain}-${fallback}`.slice(0, SLUG_MAX)
  const used = new Set([...taken, ...RESERVED_SLUGS])
  if (!used.has(base)) return base
  for (let n = 2; ; n++) {
    const suffix = `-${n}`
    const candidate = base.slice(0, SLUG_MAX - suffix.length) + suffix
    if (!used.has(candidate)) return candidate
  }
}
