import { expect, test } from 'vitest'
import { readLastWords } from './read-last-words.ts'

/** What programs say at their end, and what they say that is no reason. */
test.each([
  ['SETTING_MISSING', 'Error: BRAVE_API_KEY environment variable is required'],
  ['SETTING_MISSING', 'Please set SLACK_BOT_TOKEN and SLACK_TEAM_ID environment variables'],
  ['SETTING_MISSING', 'ValueError: OPENAI_API_KEY must be set'],
  ['SETTING_MISSING', 'Missing required environment variable: LINEAR_API_KEY'],
  [
    'SETTING_MISSING',
    'openai.OpenAIError: The api_key client option must be set either by passing api_key to the client or by setting the OPENAI_API_KEY environment variable',
  ],
  ['SETTING_MISSING', 'Error: No API key provided. Use --api-key or set FOO_KEY'],
  [
    'SETTING_MISSING',
    'pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\napi_key\n  Field required [type=missing, input_value={}, input_type=dict]',
  ],
  ['BAD_ARGUMENTS', 'Usage: mcp-server-postgres <database-url>\nPlease provide a database URL as a command-line argument'],
  ['KEY_REJECTED', 'Error: Bad credentials - https://docs.github.com/rest'],
  ['KEY_REJECTED', 'slack_sdk.errors.SlackApiError: {"ok": false, "error": "invalid_auth"}'],
  ['KEY_REJECTED', 'AxiosError: Request failed with status code 401'],
  [
    'BACKEND_UNREACHABLE',
    'psycopg2.OperationalError: connection to server at "localhost" (127.0.0.1), port 5432 failed: Connection refused',
  ],
  ['BACKEND_UNREACHABLE', 'Error: getaddrinfo ENOTFOUND db.internal'],
  ['RUNTIME_TOO_OLD', 'error: mcp-foo@1.0.0: The engine "node" is incompatible with this module. Expected version ">=20". Got "18.1.0"'],
  ['RUNTIME_TOO_OLD', "ImportError: cannot import name 'Self' from 'typing' (/usr/lib/python3.10/typing.py)"],
  [null, '  File "x.py", line 3\n    match x:\n          ^\nSyntaxError: invalid syntax'],
  [
    'MODULE_MISSING',
    "node:internal/modules/package_json_reader:268\n  throw new ERR_MODULE_NOT_FOUND(packageName, fileURLToPath(base), null);\nError [ERR_MODULE_NOT_FOUND]: Cannot find package '@modelcontextprotocol/sdk' imported from /srv/x.js",
  ],
  ['MODULE_MISSING', '/usr/bin/python3: No module named mcp_server_time'],
  ['PACKAGE_NOT_FOUND', 'npm error code E404\nnpm error 404 Not Found - GET https://registry.example/foo - Not found'],
  ['PACKAGE_NOT_FOUND', 'npm ERR! code ETARGET\nnpm ERR! notarget No matching version found for foo@9.9.9.'],
  [
    'PACKAGE_NOT_FOUND',
    'ERROR: Could not find a version that satisfies the requirement foo (from versions: none)\nERROR: No matching distribution found for foo',
  ],
  [
    'PACKAGE_NOT_FOUND',
    "Unable to find image 'mcp/x:latest' locally\ndocker: Error response from daemon: manifest for mcp/x:latest not found: manifest unknown",
  ],
  [
    'CACHE_NOT_WRITABLE',
    'error: Failed to initialize cache at `/root/.cache/uv`\n  Caused by: failed to create directory `/root/.cache/uv`: Permission denied (os error 13)',
  ],
  ['REGISTRY_UNREACHABLE', 'npm error code ETIMEDOUT\nnpm error network request to https://registry.example/foo failed'],
  ['REGISTRY_UNREACHABLE', 'npm error code SELF_SIGNED_CERT_IN_CHAIN'],
  ['SERVER_PORT_IN_USE', "OSError: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use"],
  ['PERMISSION_DENIED', "PermissionError: [Errno 13] Permission denied: '/data'"],
  ['FILE_MISSING', "Error: ENOENT: no such file or directory, stat '/home/me/Desktop'"],
  ['BAD_ARGUMENTS', 'error: unrecognized arguments: --stdio'],
  ['BAD_ARGUMENTS', "error: unexpected argument '--foo' found"],
  ['LIBRARY_MISSING', "./server: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by ./server)"],
  ['LIBRARY_MISSING', 'dyld[123]: Library not loaded: /opt/homebrew/opt/icu4c/lib/libicui18n.74.dylib'],
  ['OUT_OF_MEMORY', 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'],
  [
    'DOCKER_NOT_RUNNING',
    'docker: error during connect: Head "http://%2F%2F.%2Fpipe%2FdockerDesktopLinuxEngine/_ping": open //./pipe/dockerDesktopLinuxEngine: The system cannot find the file specified.',
  ],
  ['DOCKER_NOT_RUNNING', 'docker: permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock'],
  ['DISK_FULL', 'OSError: [Errno 28] No space left on device'],
  [null, 'TypeError: Cannot read properties of undefined (reading "x")\n    at main (/srv/index.js:3:1)'],
  [null, 'panic: runtime error: index out of range [3] with length 2\n\ngoroutine 1 [running]:'],
  [null, 'Secure MCP Filesystem Server running on stdio'],
  [null, 'Deprecation: the flag will be removed'],
  [null, 'ReferenceError: foo is not defined'],
])('%s: %s', (code, text) => {
  expect(readLastWords(text.split('\n'))?.code ?? null).toBe(code)
})
