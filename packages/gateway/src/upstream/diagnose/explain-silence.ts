import { UpstreamError } from '../problems.ts'
import { readLastWords } from './read-last-words.ts'

/** How a transport marks what it saw on stdout that was no message, and what was not ended by a line end. */
export const STDOUT = '(stdout) '
export const UNENDED = '(stdout, line not ended) '

const SERVES =
  /(?:listening|running|serving|started|server|available)[^\n]{0,60}(?:https?:\/\/|\bport\b|localhost:\d|127\.0\.0\.1:\d|0\.0\.0\.0:\d)|https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0):\d/i
/** What a program may complain of while it goes on running and never answers. */
const STUCK = new Set(['SETTING_MISSING', 'KEY_REJECTED', 'SERVER_PORT_IN_USE', 'REGISTRY_UNREACHABLE', 'BACKEND_UNREACHABLE'])

/**
 * Names why no answer came in time.
 *
 * @param evidence what the transport saw, newest last
 */
export function explainSilence(method: string, timeoutMs: number, evidence: readonly string[]): UpstreamError {
  const seen = [`No answer to ${method} within ${timeoutMs} ms`, ...evidence]
  const reading = readLastWords(evidence)
  if (evidence.some((line) => SERVES.test(line))) return new UpstreamError('SERVES_HTTP', seen)
  if (reading && STUCK.has(reading.code)) return new UpstreamError(reading.code, seen, reading.detail ?? undefined)
  if (evidence.some((line) => line.startsWith(UNENDED))) return new UpstreamError('NO_LINE_END', seen)
  if (evidence.some((line) => line.startsWith(STDOUT))) return new UpstreamError('STDOUT_NOISE', seen)
  return new UpstreamError('HANDSHAKE_TIMEOUT', seen)
}
