import { redact, redactCut } from '@local-mcp/kernel'

/** What is kept of one payload, in bytes. */
const KEPT_BYTES = 64 * 1024
/** What is looked at beyond, so that a secret at the end is hidden whole and not cut in two. In bytes. */
const MARGIN_BYTES = 4 * 1024
/** What has to be handed over of a longer payload. */
export const COPIED_BYTES = KEPT_BYTES + MARGIN_BYTES
/** Ends what was cut. */
const MARK = '…'

export interface PayloadText {
  readonly text: string
  readonly truncated: boolean
  readonly redacted: boolean
}

/** The longest beginning of the text that fits, without half a character at its end. */
function cut(text: string, bytes: number): string {
  const encoded = Buffer.from(text)
  let end = Math.min(bytes, encoded.length)
  while (end > 0 && ((encoded[end] as number) & 0xc0) === 0x80) end--
  return encoded.toString('utf8', 0, end)
}

/**
 * What is stored of a payload: without what is secret, and not longer than is kept.
 *
 * @param bytes the payload, or so much of its beginning as is handed over @param size of the whole, in bytes
 */
export function payloadText(bytes: Buffer, size: number): PayloadText {
  const read = bytes.toString('utf8')
  const truncated = size > KEPT_BYTES
  const shown = size > bytes.length ? redactCut(read) : redact(read)
  if (!truncated) return { text: shown, truncated, redacted: shown !== read }
  // What is hidden makes the text shorter, and must not bring the end of what was copied into sight.
  const margin = size > bytes.length ? MARGIN_BYTES : 0
  return { text: cut(shown, Math.min(KEPT_BYTES, Buffer.byteLength(shown) - margin)) + MARK, truncated, redacted: shown !== read }
}

/** The same of a short text, such as a name or an error. @param length in characters */
export function shortText(text: string, length: number): string {
  const shown = redact(text)
  return shown.length > length ? `${shown.slice(0, length).toWellFormed()}${MARK}` : shown
}
