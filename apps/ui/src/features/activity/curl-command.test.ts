import { expect, test } from 'vitest'
import { curlCommand, shellWord } from './curl-command.ts'

const URL = 'http://127.0.0.1:3210/mcp/default'
const bodyOf = (command: string | null) => {
  const word = /--data-raw '(.*)'$/s.exec(command ?? '')?.[1] ?? ''
  return JSON.parse(word.replaceAll(`'\\''`, "'"))
}

test('a request of an older revision becomes one that needs no session', () => {
  const request = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","arguments":{"n":12345678901234567890}}}'
  const command = curlCommand(URL, request)
  expect(command).toBe(
    [
      `curl -sS -X POST '${URL}'`,
      '-H "Authorization: Bearer $LMG_TOKEN"',
      `-H 'Content-Type: application/json'`,
      `-H 'Accept: application/json, text/event-stream'`,
      `-H 'MCP-Protocol-Version: 2026-07-28'`,
      `-H 'Mcp-Method: tools/call'`,
      `-H 'Mcp-Name: echo'`,
      `--data-raw '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","arguments":{"n":12345678901234567890},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}'`,
    ].join(' \\\n  '),
  )
})

test('what a client says of itself stays', () => {
  const meta = { 'io.modelcontextprotocol/clientCapabilities': { sampling: {} }, progressToken: 3 }
  const command = curlCommand(
    URL,
    JSON.stringify({ jsonrpc: '2.0', id: 'a', method: 'resources/read', params: { uri: 'file:///ü', _meta: meta } }),
  )
  expect(bodyOf(command).params._meta).toEqual({ ...meta, 'io.modelcontextprotocol/protocolVersion': '2026-07-28' })
  expect(command).toContain(`-H 'Mcp-Name: =?base64?ZmlsZTovLy/DvA==?='`)
})

test('nothing in a payload gets out of its quotes', () => {
  const evil = `'; touch /tmp/x #$(id)\`id\`\\!\n"`
  const command = curlCommand(
    URL,
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: evil, arguments: { evil } } }),
  )
  expect(bodyOf(command).params.arguments.evil).toBe(evil)
  expect(shellWord(`it's`)).toBe(`'it'\\''s'`)
})

test.each(['', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"na', '[]', '{"id":1}', '{"method":"x","params":[]}'])(
  'what is not whole has no command: %s',
  (request) => {
    expect(curlCommand(URL, request)).toBeNull()
  },
)
