// What each method answers, in both eras.
import { PROMPTS, RESOURCES } from './content.mjs'
import { capabilitiesOf, HTTP, supportedVersions } from './eras.mjs'
import { input, NeedInput } from './input.mjs'
import { GRID, INFO, NS, PAGE, PREFIX, RpcError, TASKS } from './protocol.mjs'
import { answerTask, startTask, withoutTasks } from './tasks.mjs'
import { TOOLS } from './tool-table.mjs'
import './tools.mjs'
import './input-tools.mjs'
import './task-tools.mjs'
import './grid-tools.mjs'

const paged = (key, all, cursor) => {
  if (!PAGE) return { [key]: all }
  const at = cursor === undefined ? 0 : +Buffer.from(cursor, 'base64url').toString()
  if (!Number.isInteger(at) || at < 0 || at > all.length) throw new RpcError(-32602, 'Invalid cursor')
  const next = at + PAGE
  return { [key]: all.slice(at, next), ...(next < all.length ? { nextCursor: Buffer.from(String(next)).toString('base64url') } : {}) }
}
export const KNOWN = {
  modern: new Set([
    'server/discover',
    'tools/list',
    'tools/call',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'prompts/list',
    'prompts/get',
    'completion/complete',
    'subscriptions/listen',
    'tasks/get',
    'tasks/update',
    'tasks/cancel',
    ...(GRID ? ['com.acme/echo'] : []),
  ]),
  legacy: new Set([
    'initialize',
    'ping',
    'tools/list',
    'tools/call',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'resources/subscribe',
    'resources/unsubscribe',
    'prompts/list',
    'prompts/get',
    'completion/complete',
    'logging/setLevel',
    ...(GRID ? ['com.acme/echo'] : []),
  ]),
}
const cacheable = (r) => ({ ...r, ttlMs: 5000, cacheScope: 'private' })
async function dispatch(method, params, c) {
  const cap = (x) => (c.modern ? cacheable(x) : x),
    sub = (n) => (n.startsWith(PREFIX) ? n.slice(PREFIX.length) : '\0')
  switch (method) {
    case 'server/discover':
      return cacheable({
        supportedVersions: supportedVersions(),
        capabilities: capabilitiesOf(true),
        instructions: 'test upstream',
      })
    case 'com.acme/echo':
      return { echoed: params.words }
    case 'ping':
      return {}
    case 'logging/setLevel':
      c.session.level = params.level
      return {}
    case 'tools/list':
      return cap(
        paged(
          'tools',
          Object.values(TOOLS).map((t) => t.def),
          params.cursor,
        ),
      )
    case 'prompts/list':
      return cap(
        paged(
          'prompts',
          Object.entries(PROMPTS).map(([name, [args]]) => ({
            name: PREFIX + name,
            description: name,
            ...(args.length ? { arguments: args.map((n) => ({ name: n, description: n, required: true })) } : {}),
          })),
          params.cursor,
        ),
      )
    case 'resources/list':
      return cap(
        paged(
          'resources',
          Object.entries(RESOURCES).map(([uri, [name, mimeType]]) => ({ uri, name, description: name, mimeType })),
          params.cursor,
        ),
      )
    case 'resources/templates/list':
      return cap({
        resourceTemplates: [
          { uriTemplate: 'test://template/{id}/data', name: 'template', description: 'Template', mimeType: 'application/json' },
        ],
      })
    case 'resources/read': {
      const m = /^test:\/\/template\/([^/]+)\/data$/.exec(params.uri ?? '')
      if (m)
        return cap({
          contents: [
            {
              uri: params.uri,
              mimeType: 'application/json',
              text: JSON.stringify({ id: m[1], templateTest: true, data: `Data for ID: ${m[1]}` }),
            },
          ],
        })
      const r = RESOURCES[params.uri]
      if (!r) throw new RpcError(c.modern ? -32602 : -32002, 'Resource not found', { uri: params.uri })
      return cap({ contents: [{ uri: params.uri, mimeType: r[1], ...r[2]() }] })
    }
    case 'resources/subscribe':
      c.session.subs.add(params.uri)
      return {}
    case 'resources/unsubscribe':
      c.session.subs.delete(params.uri)
      return {}
    case 'prompts/get': {
      const p = PROMPTS[sub(params.name ?? '')]
      if (!p) throw new RpcError(-32602, `Unknown prompt: ${params.name}`)
      return { description: params.name, messages: await p[1](params.arguments ?? {}, c) }
    }
    case 'completion/complete': {
      const v = ['paris', 'park', 'party'].filter((x) => x.startsWith(params.argument?.value ?? ''))
      return { completion: { values: v, total: v.length, hasMore: false } }
    }
    case 'tools/call': {
      const t = TOOLS[sub(params.name ?? '')]
      if (!t) throw new RpcError(-32602, `Unknown tool: ${params.name}`)
      const a = params.arguments ?? {}
      if (t.task && c.modern) {
        if (c.caps.extensions?.[TASKS]) {
          if (t.before) c.gathered = await t.before(c)
          if (t === TOOLS.slow_compute && !a.seconds) return t.run(a, c)
          return startTask(t, a, c)
        }
        if (t.task === 'required') throw withoutTasks()
      }
      if (t.before && !c.modern) c.gathered = await t.before(c)
      c.taskInput ??= (r) => input(c, r)
      return t.run(a, c)
    }
    case 'tasks/get':
    case 'tasks/update':
    case 'tasks/cancel':
      return answerTask(method, params, c)
  }
  throw new RpcError(-32601, 'Method not found', undefined, 404)
}
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']
/** Runs one request. `out` is { notify(message), ask(method, params), closeStream(), stream() } of its connection. */
export async function run(msg, modern, session, out) {
  const params = msg.params ?? {},
    meta = params._meta ?? {},
    token = meta.progressToken
  const c = {
    modern,
    session,
    params,
    meta,
    caps: (modern ? meta[`${NS}clientCapabilities`] : session.caps) ?? {},
    ask: out.ask,
    closeStream: out.closeStream ?? (() => {}),
    stream: out.stream,
    notify: out.notify,
    progress: (p, total, message) => {
      if (token !== undefined)
        out.notify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: token, progress: p, total, message } })
    },
    log: (level, data) => {
      const min = modern ? meta[`${NS}logLevel`] : (session.level ?? 'debug')
      if (min !== undefined && LEVELS.indexOf(level) >= LEVELS.indexOf(min))
        out.notify({ jsonrpc: '2.0', method: 'notifications/message', params: { level, logger: 'test', data } })
    },
  }
  try {
    const r = await dispatch(msg.method, params, c)
    return {
      jsonrpc: '2.0',
      id: msg.id,
      result: modern ? { resultType: 'complete', ...r, _meta: { ...r._meta, [`${NS}serverInfo`]: INFO } } : r,
    }
  } catch (e) {
    if (e instanceof NeedInput)
      return {
        jsonrpc: '2.0',
        id: msg.id,
        result: {
          resultType: 'input_required',
          inputRequests: e.requests,
          ...(e.state ? { requestState: e.state } : {}),
          _meta: { [`${NS}serverInfo`]: INFO },
        },
      }
    return Object.assign(
      {
        jsonrpc: '2.0',
        id: msg.id,
        error: { code: e.code ?? -32603, message: e.message, ...(e.data !== undefined ? { data: e.data } : {}) },
      },
      { [HTTP]: e.http ?? 200 },
    )
  }
}
