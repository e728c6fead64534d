import type { Payload } from '@local-mcp/core'
import { COPIED_BYTES } from './payload-text.ts'
import type { Slice } from './traffic.messages.ts'

/** Where payloads are copied to until they go to the thread of the log together, without being copied again; more than one call has. In bytes. */
const SLAB_BYTES = 256 * 1024

/** Copies the beginnings of payloads into one piece of memory, which is then handed over whole. */
export function createPayloadSlab() {
  let slab: Buffer | null = null
  let used = 0
  return {
    /** Whether all of them fit: what belongs together has to go together. */
    fits: (payloads: readonly Payload[]): boolean =>
      payloads.reduce((sum, { bytes }) => sum + Math.min(bytes.length, COPIED_BYTES), used) <= SLAB_BYTES,
    copy({ bytes, size }: Payload): Slice {
      const length = Math.min(bytes.length, COPIED_BYTES)
      slab ??= Buffer.allocUnsafeSlow(SLAB_BYTES)
      slab.set(bytes.length > length ? bytes.subarray(0, length) : bytes, used)
      const start = used
      used += length
      return { start, length, size }
    },
    /** All that was copied, and room for more. */
    take(): { readonly bytes: ArrayBuffer; readonly used: number } | null {
      if (!slab || used === 0) return null
      const taken = { bytes: slab.buffer as ArrayBuffer, used }
      slab = null
      used = 0
      return taken
    },
  }
}
