// The least that a proxy in Node costs: pipes requests and answers over kept connections and knows nothing of MCP.
//   bare-proxy.mjs <origin>     prints its own
import { Agent, createServer, request } from 'node:http'

const to = new URL(process.argv[2])
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, noDelay: true })
const server = createServer((req, res) => {
  const { method, url: path, headers } = req
  const onward = request({ host: to.hostname, port: to.port, method, path, headers, agent }, (answer) => {
    res.writeHead(answer.statusCode, answer.headers)
    answer.pipe(res)
  })
  onward.on('error', () => {
    if (!res.headersSent) res.writeHead(502)
    res.end()
  })
  res.on('close', () => {
    if (!res.writableFinished) onward.destroy()
  })
  req.pipe(onward)
})
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`))
// Ends with whoever started it.
process.stdin.on('end', () => process.exit()).resume()
