import type { Call } from '@local-mcp/contract'
import type { Statement } from 'better-sqlite3'
import type { Connection } from '../file/connection.ts'
import { type PayloadText, payloadText, shortText } from './payload-text.ts'
import type { Batch, Begun, Ended, Entry, Moment, Slice } from './traffic.messages.ts'

/** Of names and of what went wrong, in characters. */
const NAME_LENGTH = 500
const MESSAGE_LENGTH = 1000
/** What a row takes beside its payloads, with its places in the indexes, about. In bytes. */
const ROW_BYTES = 600

const HISTORY_PER_SERVER = 200

const INSERT = `INSERT OR IGNORE INTO debug_logs (id, profile_id, mcp_server_id, token_id, request_type, tool_name, status, error_code,
  duration_ms, created_at, endpoint_slug, account_name, token_name, client_name, client_version, server_version, request_bytes,
  response_bytes, size_bytes, truncated, redacted, request_whole, error_message, request_payload, response_payload, server_request,
  server_response)
SELECT @id, @profileId, (SELECT id FROM mcp_servers WHERE id = @serverId), @tokenId, @method, @tool, @status, @errorCode,
  @durationMs, @at, @slug, @accountName, @tokenName, @clientName, @clientVersion, @serverVersion, @requestBytes,
  @responseBytes, @size, @truncated, @redacted, @whole, @message, @request, @response, @sent,
  @received
WHERE @profileId IS NULL OR EXISTS (SELECT 1 FROM profiles WHERE id = @profileId)`

const UPDATE = `UPDATE debug_logs SET mcp_server_id = (SELECT id FROM mcp_servers WHERE id = @serverId), account_name = @accountName,
  status = @status, error_code = @errorCode, error_message = @message, duration_ms = @durationMs, server_version = @serverVersion,
  response_bytes = @responseBytes, size_bytes = size_bytes + @size, truncated = truncated OR @truncated,
  redacted = redacted OR @redacted, response_payload = @response, server_request = @sent, server_response = @received
WHERE id = @id`

const MOMENT = `INSERT INTO mcp_server_history (mcp_server_id, at, state, code, message, pid)
SELECT @serverId, @at, @state, @code, @message, @pid WHERE EXISTS (SELECT 1 FROM mcp_servers WHERE id = @serverId)`

const FORGET_MOMENTS = `DELETE FROM mcp_server_history WHERE mcp_server_id = @serverId AND id <=
  (SELECT id FROM mcp_server_history WHERE mcp_server_id = @serverId ORDER BY id DESC LIMIT 1 OFFSET ${HISTORY_PER_SERVER})`

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** What a server's answer says went wrong: a JSON-RPC error, or the text of a result that is one. */
function messageIn(answer: string): string | null {
  try {
    const { error, result } = JSON.parse(answer) as { error?: unknown; result?: unknown }
    if (isObject(error) && typeof error.message === 'string') return error.message
    const content = isObject(result) && Array.isArray(result.content) ? result.content : []
    const said: unknown = content.find((part) => isObject(part) && typeof part.text === 'string')
    return isObject(said) ? String(said.text) : null
  } catch {
    return null
  }
}

const NO_END = { serverVersion: null, responseBytes: null, message: null, response: null, sent: null, received: null }

/** Null where nothing was handed over of a payload. */
type TextOf = (slice: Slice) => PayloadText | null

/** Appends to the log. All that is secret is taken out here, in the thread of the log. */
export function createLogWriter(db: Connection) {
  const insert = db.prepare(INSERT)
  const update = db.prepare(UPDATE)
  const moment = db.prepare(MOMENT)
  const forget = db.prepare(FORGET_MOMENTS)

  function begunRow(call: Call, begun: Begun, textOf: TextOf) {
    const request = begun.request && textOf(begun.request)
    return {
      ...call,
      profileId: begun.profileId,
      slug: call.profileSlug,
      tool: shortText(call.tool, NAME_LENGTH),
      clientName: call.clientName && shortText(call.clientName, NAME_LENGTH),
      clientVersion: begun.clientVersion,
      requestBytes: begun.request?.size ?? null,
      size: ROW_BYTES + Buffer.byteLength(request?.text ?? ''),
      truncated: Number(request?.truncated ?? false),
      redacted: Number(request?.redacted ?? false),
      whole: Number(request !== null && !request.truncated && !request.redacted),
      request: request?.text ?? null,
    }
  }

  function endedRow(call: Call, ended: Ended, textOf: TextOf) {
    const response = ended.response && textOf(ended.response)
    const other = (slice: Ended['sent']): PayloadText | null =>
      slice === 'same' ? { text: '', truncated: false, redacted: false } : slice && textOf(slice)
    const sent = other(ended.sent)
    const received = other(ended.received)
    const all = [response, sent, received].filter((one) => one !== null)
    const failed = call.status === 'error' && ended.message === null && response !== null && !response.truncated
    const message = ended.message ?? (failed ? messageIn(response.text) : null)
    return {
      id: call.id,
      serverId: call.serverId,
      accountName: call.accountName,
      status: call.status,
      errorCode: call.errorCode,
      message: message && shortText(message, MESSAGE_LENGTH),
      durationMs: call.durationMs,
      serverVersion: ended.serverVersion,
      responseBytes: ended.response?.size ?? null,
      size: all.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
      truncated: Number(all.some((one) => one.truncated)),
      redacted: Number(all.some((one) => one.redacted)),
      response: response?.text ?? null,
      sent: sent?.text ?? null,
      received: received?.text ?? null,
    }
  }

  /** Most calls have ended before they are written: these are one insert, and no index is written twice. */
  function rowOf({ call, begun, ended }: Entry, textOf: TextOf): [Statement, object] {
    const first = begun && begunRow(call, begun, textOf)
    const last = ended && endedRow(call, ended, textOf)
    if (!first) return [update, last ?? {}]
    if (!last) return [insert, { ...NO_END, ...first }]
    return [
      insert,
      {
        ...first,
        ...last,
        size: first.size + last.size,
        truncated: first.truncated | last.truncated,
        redacted: first.redacted | last.redacted,
      },
    ]
  }

  function writeMoment(one: Moment): void {
    moment.run({ ...one, message: one.message && shortText(one.message, MESSAGE_LENGTH) })
    forget.run({ serverId: one.serverId })
  }

  return {
    /** All of it or nothing. @throws SqliteError */
    write({ bytes, entries, moments }: Batch): void {
      const all = bytes ? Buffer.from(bytes) : Buffer.alloc(0)
      const textOf: TextOf = ({ start, length, size }) => (length === 0 ? null : payloadText(all.subarray(start, start + length), size))
      // Before the transaction, which keeps every other writer out.
      const rows = entries.map((entry) => rowOf(entry, textOf))
      db.transaction(() => {
        for (const [statement, row] of rows) statement.run(row)
        for (const one of moments) writeMoment(one)
      }).immediate()
    },

    /** Calls that were under way when an earlier gateway ended. @param before ms UTC */
    endForgotten(before: number): void {
      db.prepare(
        `UPDATE debug_logs SET status = 'cancelled', error_message = 'The gateway ended before the answer came' WHERE status = 'pending' AND created_at < ?`,
      ).run(before)
    },
  }
}
