import type { Frame } from '../wire/frame.ts'
import { META } from './revisions.ts'

/** Whether a message says of itself that it is of the modern era. */
export function claimsModern({ bytes, method, params: { meta } }: Frame): boolean {
  return method === 'server/discover' || (meta !== null && bytes.subarray(meta.start, meta.end).includes(META.version))
}
