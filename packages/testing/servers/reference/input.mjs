// Asking the client for something, in the way of its era; the state of a modern exchange is sealed with an HMAC.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { obj, RpcError } from './protocol.mjs'

const KEY = randomBytes(32)
export const seal = (o) => {
  const b = Buffer.from(JSON.stringify({ ...o, exp: Date.now() + 6e5 })).toString('base64url')
  return `${b}.${createHmac('sha256', KEY).update(b).digest('base64url')}`
}
export function unseal(s) {
  const [b, m] = String(s).split('.')
  const want = createHmac('sha256', KEY)
    .update(b ?? '')
    .digest()
  const got = Buffer.from(m ?? '', 'base64url')
  if (got.length !== want.length || !timingSafeEqual(got, want)) throw new RpcError(-32602, 'Invalid requestState')
  const o = JSON.parse(Buffer.from(b, 'base64url'))
  if (o.exp < Date.now()) throw new RpcError(-32602, 'Expired requestState')
  return o
}
export class NeedInput {
  constructor(requests, state) {
    this.requests = requests
    this.state = state
  }
}
/** Asks the client. Modern: ends the call with input_required until it is answered. Legacy: sends real requests. */
export async function input(ctx, requests, state) {
  if (!ctx.modern) {
    const out = {}
    for (const [k, r] of Object.entries(requests)) out[k] = await ctx.ask(r.method, r.params)
    return out
  }
  for (const r of Object.values(requests)) {
    const cap = { 'elicitation/create': 'elicitation', 'sampling/createMessage': 'sampling', 'roots/list': 'roots' }[r.method]
    if (!ctx.caps[cap])
      throw new RpcError(-32021, `Missing required client capability: ${cap}`, { requiredCapabilities: { [cap]: {} } }, 400)
  }
  const resp = ctx.params.inputResponses
  const ok =
    resp &&
    typeof resp === 'object' &&
    Object.entries(requests).every(([k, r]) => {
      const v = resp[k]
      if (!v || typeof v !== 'object') return false
      if (r.method === 'elicitation/create') return ['accept', 'decline', 'cancel'].includes(v.action)
      if (r.method === 'roots/list') return Array.isArray(v.roots)
      return v.content !== undefined
    })
  if (!ok) throw new NeedInput(requests, state)
  return resp
}
export const elicit = (message, props, required) => ({
  method: 'elicitation/create',
  params: { mode: 'form', message, requestedSchema: obj(props, required) },
})
export const sample = (t, maxTokens = 100) => ({
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text: t } }], maxTokens },
})
export const roots = { method: 'roots/list', params: {} }
