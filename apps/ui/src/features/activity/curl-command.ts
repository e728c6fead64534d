import { jsonMembers } from '../../lib/json-lines.ts'

const NS = 'io.modelcontextprotocol/'
/** The revision in which one request needs no session, so that one command is enough. */
const VERSION = '2026-07-28'
/** The header value that a name may be without being encoded. */
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/
const ENCODED = /^=\?base64\?.*\?=$/

/** Whatever it is, as one word of a POSIX shell. */
export const shellWord = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

function headerValue(text: string): string {
  if (PLAIN.test(text) && !ENCODED.test(text)) return text
  return `=?base64?${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}?=`
}

const object = (members: readonly (readonly [string, string])[]) =>
  `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`

/** Members with some set anew; the others stay as they are written. */
const withMembers = (members: readonly [string, string][], set: Readonly<Record<string, string>>) => [
  ...members.filter(([key]) => !Object.hasOwn(set, key)),
  ...Object.entries(set),
]

/**
 * A command for a POSIX shell that makes a recorded request again, with a token that the shell has in `LMG_TOKEN`.
 *
 * @param endpoint where the client sent it
 * @param request the JSON-RPC message as it was recorded
 * @returns null where the message is not whole
 */
export function curlCommand(endpoint: string, request: string): string | null {
  const message = jsonMembers(request)
  const method = valueIn(message, 'method')
  if (message === null || typeof method !== 'string') return null
  const params = jsonMembers(message.find(([key]) => key === 'params')?.[1] ?? '{}')
  if (params === null) return null
  const meta = jsonMembers(params.find(([key]) => key === '_meta')?.[1] ?? '{}') ?? []
  const capabilities = meta.find(([key]) => key === `${NS}clientCapabilities`)?.[1] ?? '{}'
  const body = object(
    withMembers(message, {
      params: object(
        withMembers(params, {
          _meta: object(
            withMembers(meta, { [`${NS}protocolVersion`]: JSON.stringify(VERSION), [`${NS}clientCapabilities`]: capabilities }),
          ),
        }),
      ),
    }),
  )
  const name = valueIn(params, 'name') ?? valueIn(params, 'uri') ?? valueIn(params, 'taskId')
  const headers = [
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `MCP-Protocol-Version: ${VERSION}`,
    `Mcp-Method: ${headerValue(method)}`,
    ...(typeof name === 'string' && name !== '' ? [`Mcp-Name: ${headerValue(name)}`] : []),
  ]
  return [
    `curl -sS -X POST ${shellWord(endpoint)}`,
    // In double quotes, so that the shell puts the token in.
    '-H "Authorization: Bearer $LMG_TOKEN"',
    ...headers.map((header) => `-H ${shellWord(header)}`),
    `--data-raw ${shellWord(body)}`,
  ].join(' \\\n  ')
}

function valueIn(members: readonly [string, string][] | null, name: string): unknown {
  const value = members?.find(([key]) => key === name)?.[1]
  return value === undefined ? undefined : JSON.parse(value)
}
