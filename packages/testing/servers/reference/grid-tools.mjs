// What the grid of eras needs beyond the suite's fixtures; only there with UP_GRID=1.
import { cancellations } from './cancellations.mjs'
import { hub } from './hub.mjs'
import { input } from './input.mjs'
import { ERA, GRID, obj, RpcError, text } from './protocol.mjs'
import { tool } from './tool-table.mjs'

const waiting = new Map()
/** Who was sent to an address before its call. */
const visited = new Set()

if (GRID) {
  tool('grid_odd', 'what no revision knows', obj(), () => ({
    content: [
      { type: 'text', text: 'known', 'x-vendor': { n: 1 } },
      { type: 'x-hologram', frames: [[1], { deep: null }], annotations: { 'x-mood': 'blue' } },
    ],
    'x-top': ['kept'],
    _meta: { 'com.acme/trace': 'abc' },
  }))
  const ofType = (type) => ({ outputSchema: { type, ...(type === 'array' ? { items: { type: 'number' } } : {}) } })
  tool('grid_object', 'structured', obj(), () => text('{}', { structuredContent: { rows: [1, 2] } }), ofType('object'))
  // Only the modern revision knows structured content that is no object.
  if (ERA === 'modern') tool('grid_array', 'structured', obj(), () => text('[]', { structuredContent: [1, 2, 3] }), ofType('array'))
  tool('grid_url', 'elicits in a browser', obj(), async (_, c) => {
    const url = { mode: 'url', message: 'Sign in', url: 'https://example.com/sign-in', ...(c.modern ? {} : { elicitationId: 'e-1' }) }
    const { where } = await input(c, { where: { method: 'elicitation/create', params: url } })
    if (!c.modern) c.notify({ jsonrpc: '2.0', method: 'notifications/elicitation/complete', params: { elicitationId: 'e-1' } })
    return text(`went: ${where.action}`)
  })
  tool('grid_link', 'answers once somebody has been somewhere', obj({ who: { type: 'string' } }), async ({ who }, c) => {
    const link = { mode: 'url', message: `Sign in, ${who}`, url: `https://example.com/${who}` }
    if (c.modern) {
      const { where } = await input(c, { where: { method: 'elicitation/create', params: link } })
      if (where.action !== 'accept') throw new RpcError(4712, 'nobody went there')
    } else if (!visited.has(who)) {
      visited.add(who)
      throw new RpcError(-32042, 'Sign in first', { elicitations: [{ ...link, elicitationId: `link-${who}` }] })
    }
    return text(`seen ${who}`)
  })
  tool('grid_hang', 'never answers', obj(), () => new Promise(() => {}))
  tool('grid_cancelled', 'how many cancellations there were', obj(), () => text(String(cancellations.count)))
  tool('grid_error', 'fails with a code of its own', obj(), () => {
    throw new RpcError(4711, 'out of paper', { tray: 2 })
  })
  tool('grid_resource_list_change', 'resources/list_changed', obj(), () => {
    hub.emit('resources')
    return text('ok')
  })
  tool('grid_flood', 'much progress, then an answer', obj({ n: { type: 'integer' }, size: { type: 'integer' } }), async (a, c) => {
    for (let i = 0; i < a.n; i++) {
      c.progress(i, a.n, 'x'.repeat(a.size))
      if (i % 50 === 49) await new Promise((resolve) => setImmediate(resolve))
    }
    return text('flooded')
  })
  tool('grid_big', 'a long answer', obj({ bytes: { type: 'integer' } }), (a) => text('x'.repeat(a.bytes)))
  tool('grid_wait', 'says something, answers when it is told to', obj({ key: { type: 'string' } }), async (a, c) => {
    c.progress(1, 2)
    await new Promise((resolve) => waiting.set(a.key, resolve))
    return text(`waited for ${a.key}`)
  })
  tool('grid_go', 'lets a waiting call go on', obj({ key: { type: 'string' } }), (a) => {
    const go = waiting.get(a.key)
    waiting.delete(a.key)
    go?.()
    return text(String(go !== undefined))
  })
}
