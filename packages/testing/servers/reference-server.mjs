// An MCP server without dependencies that speaks every era and has what the conformance suite asks for:
//   2024-11-05 to 2025-11-25: initialize, sessions, the stream of a session, Last-Event-ID, requests to the client
//   2026-07-28: stateless, server/discover, input_required, subscriptions/listen, tasks, mirrored headers
// Run as `reference-server.mjs stdio` or `reference-server.mjs http [port]` (/mcp and /sse; prints its origin).
// Environment: UP_ERA=legacy|modern|both (both), UP_PAGE=entries of a page of a list (all), UP_EXTRA=further tools (0),
// UP_PREFIX=in front of the name of every tool and prompt (nothing), UP_GRID=1 for the tools of the grid of eras (none).
import { serveHttp } from './reference/http.mjs'
import { serveStdio } from './reference/stdio.mjs'

if (process.argv[2] === 'http') serveHttp(Number(process.argv[3] ?? 0))
else serveStdio()
