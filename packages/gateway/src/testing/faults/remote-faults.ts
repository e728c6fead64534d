import type { RemoteFault } from './fault.types.ts'

const HTML = { 'content-type': 'text/html' }
const JSON_TYPE = { 'content-type': 'application/json' }

/** A server that answers everything so. */
const answers = (
  name: string,
  code: RemoteFault['code'],
  seen: RegExp,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  more: Partial<RemoteFault> = {},
): RemoteFault => ({
  name,
  code,
  seen,
  make: async ({ answer }) => `${await answer(status, headers, body)}/mcp`,
  ...more,
})

const KEY = { Authorization: 'Bearer {{env:LMG_TEST_KEY}}' }
const WITH_KEY: Partial<RemoteFault> = { headers: KEY, env: { LMG_TEST_KEY: 'a-key-that-nobody-knows' } }

export const REMOTE_FAULTS: readonly RemoteFault[] = [
  { name: 'Nobody listens at the address', code: 'CONNECTION_REFUSED', seen: /ECONNREFUSED/, make: () => 'http://127.0.0.1:9/mcp' },
  {
    name: 'The host name does not exist',
    code: 'HOST_NOT_FOUND',
    seen: /ENOTFOUND|EAI_AGAIN/,
    make: () => 'http://no-such-host.invalid/mcp',
  },
  {
    name: 'The system names a proxy and there is no direct way',
    code: 'PROXY_NEEDED',
    seen: /HTTP_PROXY=http:\/\/•••@proxy/,
    make: () => 'http://no-such-host.invalid/mcp',
    env: { HTTP_PROXY: 'http://me:word@proxy.example:3128' },
  },
  {
    name: 'The connection is cut',
    code: 'CONNECTION_RESET',
    seen: /socket|reset/i,
    make: async ({ raw }) => `http://127.0.0.1:${await raw((socket) => void socket.once('data', () => socket.resetAndDestroy()))}/mcp`,
  },
  {
    name: 'The server takes the request and never answers',
    code: 'HANDSHAKE_TIMEOUT',
    seen: /No answer to/,
    patience: 1000,
    make: async ({ raw }) => `http://127.0.0.1:${await raw(() => {})}/mcp`,
  },
  {
    name: 'The address is private and nobody agreed to that',
    code: 'ADDRESS_FORBIDDEN',
    seen: /127\.0\.0\.1/,
    make: () => 'http://127.0.0.1:9/mcp',
    allowPrivateNetwork: false,
  },
  {
    name: 'The certificate is signed by itself',
    code: 'TLS_SELF_SIGNED',
    seen: /certificate for: .*localhost[\s\S]*certificate valid: /,
    make: async ({ tls }) => `https://localhost:${await tls('selfSigned')}/mcp`,
  },
  {
    name: 'The certificate has expired',
    code: 'TLS_EXPIRED',
    seen: /certificate valid: .* 2020 GMT/,
    make: async ({ tls }) => `https://localhost:${await tls('expired')}/mcp`,
  },
  {
    name: 'The certificate belongs to another host',
    code: 'TLS_WRONG_HOST',
    seen: /certificate for: .*elsewhere\.example/,
    make: async ({ tls }) => `https://localhost:${await tls('wrongHost')}/mcp`,
  },
  {
    name: 'The authority of the certificate is unknown',
    code: 'TLS_UNKNOWN_CA',
    seen: /certificate from: .*Nobody/,
    make: async ({ tls }) => `https://localhost:${await tls('unknownCa')}/mcp`,
  },
  {
    name: 'The port speaks http, the URL says https',
    code: 'TLS_NOT_SPOKEN',
    seen: /wrong version|packet length|EPROTO/i,
    make: async ({ answer }) => `${(await answer(200, {}, '')).replace('http:', 'https:').replace('127.0.0.1', 'localhost')}/mcp`,
  },
  {
    name: 'The server and the gateway share no version of TLS',
    code: 'TLS_FAILED',
    seen: /alert|protocol/i,
    make: async ({ raw }) =>
      `https://localhost:${await raw((socket) => void socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 70]))))}/mcp`,
  },
  answers(
    'The server wants a sign-in (401)',
    'AUTH_REQUIRED',
    /www-authenticate: /,
    401,
    { 'www-authenticate': 'Bearer resource_metadata="https://x.example/.well-known/oauth-protected-resource"' },
    '',
  ),
  answers(
    'The key in the header is refused (401)',
    'KEY_REJECTED',
    /HTTP 401[\s\S]*no such key: •••/,
    401,
    JSON_TYPE,
    '{"error":"no such key: a-key-that-nobody-knows"}',
    WITH_KEY,
  ),
  answers('The key is not allowed to (403)', 'KEY_REJECTED', /HTTP 403/, 403, JSON_TYPE, '{"error":"forbidden"}', WITH_KEY),
  answers('No key was given (403)', 'AUTH_REQUIRED', /HTTP 403/, 403, {}, ''),
  answers(
    'The address is that of a web page',
    'NOT_MCP',
    /<title>Welcome/,
    200,
    HTML,
    '<!doctype html><html><title>Welcome</title></html>',
  ),
  answers('Nothing is at the path (404)', 'NOT_MCP', /HTTP 404/, 404, HTML, '<html>Not found</html>'),
  answers('The path takes no POST (405)', 'NOT_MCP', /HTTP 405/, 405, {}, ''),
  answers('The server does not know the media type (406)', 'NOT_MCP', /HTTP 406/, 406, {}, ''),
  answers(
    'The address leads to another one',
    'REDIRECTED',
    /location: https:\/\/elsewhere\.example\/mcp/,
    308,
    { location: 'https://elsewhere.example/mcp' },
    '',
  ),
  answers(
    'A proxy on the way wants a sign-in (407)',
    'PROXY_SIGN_IN',
    /proxy-authenticate: Basic/,
    407,
    { 'proxy-authenticate': 'Basic realm="x"' },
    '',
  ),
  answers('The server was asked too often (429)', 'RATE_LIMITED', /retry-after: 30/, 429, { 'retry-after': '30' }, ''),
  answers('The server has a fault (500)', 'SERVER_ERROR', /HTTP 500[\s\S]*boom/, 500, JSON_TYPE, '{"error":"boom"}'),
  answers('What is behind the server does not answer (502)', 'SERVER_ERROR', /HTTP 502/, 502, HTML, '<html>Bad Gateway</html>'),
  answers('The server wants something else (400)', 'HTTP_STATUS', /HTTP 400/, 400, JSON_TYPE, '{"error":"tenant missing"}'),
  answers('The stream of an older server is no stream', 'NOT_MCP', /instead of a stream/, 200, HTML, '<html></html>', { sse: true }),
  answers(
    'An older server wants its messages sent elsewhere',
    'FOREIGN_ENDPOINT',
    /evil\.example/,
    200,
    { 'content-type': 'text/event-stream' },
    'event: endpoint\ndata: https://evil.example/post\n\n',
    { sse: true },
  ),
]
