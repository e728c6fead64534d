import { RESERVED_SLUGS, SLUG, SLUG_MAX, SLUG_MIN } from '@local-mcp/contract'
import { AppError } from '@local-mcp/kernel'

/** @throws AppError INVALID_SLUG, RESERVED_SLUG */
export function assertSlug(slug: string): void {
  if (slug.length < SLUG_MIN || slug.length > SLUG_MAX || !SLUG.test(slug)) {
    throw new AppError('INVALID_SLUG', `"${slug.slice(0, 100)}" is not a valid slug`, {
      fields: [{ path: ['slug'], message: 'Not a valid slug' }],
    })
  }
  if (RESERVED_SLUGS.includes(slug)) {
    throw new AppError('RESERVED_SLUG', `"${slug}" is an address of the gateway itself`, {
      fields: [{ path: ['slug'], message: 'Reserved' }],
    })
  }
}
