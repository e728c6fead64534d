// The three forms of an HTTP answer.
export function openSse(res, headers = {}) {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no', ...headers })
  res.flushHeaders()
}

export const sendEvent = (res, message, id) => res.write(`event: message\n${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(message)}\n\n`)

export function sendJson(res, status, body, headers = {}) {
  const bytes = JSON.stringify(body)
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes), ...headers })
  res.end(bytes)
}

export const fail = (res, status, code, message, id = null, data) =>
  sendJson(res, status, {
    jsonrpc: '2.0',
    ...(id === null ? {} : { id }),
    error: { code, message, ...(data !== undefined ? { data } : {}) },
  })
