import type { CrowdFigures, CrowdOptions, Target } from './crowd.types.ts'
import type { LightStream, Message } from './light-client.ts'
import { modern } from './light-client.ts'

/** Longer than any server may take for an answer (30 s), and not much longer. */
const PATIENCE = 35_000
const MAY_BE_AWAY = new Set(['SERVER_UNAVAILABLE', 'UPSTREAM_TIMEOUT'])

interface Member {
  readonly kind: 'plain' | 'listening' | 'modern' | 'subscribed'
  readonly name: string
  busy: boolean
  session: string | null
  stream: LightStream | null
  /** How much of its stream was judged already. */
  judged: number
  next: number
}

/**
 * Many clients of one endpoint, of every kind, that call, cancel, fail, break off and come back, each call with a
 * canary that nobody else may ever see.
 */
export function createCrowd({ client, url, token, targets, members: size, atOnce, random }: CrowdOptions) {
  const kinds: Record<string, number> = {}
  const foreign: string[] = []
  const stuck: string[] = []
  const wrong: string[] = []
  let away = 0
  let reconnects = 0
  let done = 0
  let news = 0
  let times: number[] = []
  const pick = <One>(all: readonly One[]): One => all[Math.floor(random() * all.length)] as One
  const kindOf = (at: number): Member['kind'] =>
    at % 20 < 11 ? 'plain' : at % 20 < 15 ? 'listening' : at % 20 < 19 ? 'modern' : 'subscribed'
  const members: Member[] = Array.from({ length: size }, (_, at) => ({
    kind: kindOf(at),
    name: `m${at}`,
    busy: false,
    session: null,
    stream: null,
    judged: 0,
    next: 1,
  }))

  async function inTime<Result>(what: string, work: Promise<Result>): Promise<Result | null> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        stuck.push(what)
        resolve(null)
      }, PATIENCE)
    })
    try {
      return await Promise.race([work, late])
    } catch (error) {
      wrong.push(`${what}: ${String(error)}`)
      return null
    } finally {
      clearTimeout(timer)
    }
  }

  const isStateless = ({ kind }: Member) => kind === 'modern' || kind === 'subscribed'

  async function send(member: Member, method: string, params: Record<string, unknown>, id: string | number = member.next++) {
    const stateless = isStateless(member)
    const sent = stateless ? modern(method, params) : { params, headers: {} }
    const body = { jsonrpc: '2.0', id, method, params: sent.params }
    const answer = await inTime(
      `${member.name} ${method} ${JSON.stringify(params)}`,
      client.send({ url, token, body, headers: sent.headers, session: stateless ? null : member.session }),
    )
    done++
    return answer && { id, ...answer }
  }

  /** Opens whatever a member of its kind keeps open. */
  async function enter(member: Member): Promise<void> {
    if (member.kind === 'plain' || member.kind === 'listening') member.session = await inTime('initialize', client.session(url, token))
    if (member.kind === 'listening')
      member.stream = await inTime('the stream of a session', client.stream({ url, token, session: member.session }))
    if (member.kind === 'subscribed') {
      const { params, headers } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } })
      const body = { jsonrpc: '2.0', id: `listen-${member.name}`, method: 'subscriptions/listen', params }
      member.stream = await inTime('subscriptions/listen', client.stream({ url, token, body, headers }))
    }
    member.judged = 0
  }

  /** Everything on a stream for news has to be news. */
  function judgeNews(member: Member): void {
    const messages = member.stream?.messages.splice(0) ?? []
    for (const message of messages) {
      const meta = message.params?._meta as Record<string, unknown> | undefined
      const mine = meta?.['io.modelcontextprotocol/subscriptionId']
      const known = /^notifications\/((tools|prompts|resources)\/list_changed|subscriptions\/acknowledged|message)$/
      if (!known.test(message.method ?? '') || (mine !== undefined && mine !== `listen-${member.name}`))
        foreign.push(`${member.name} heard ${JSON.stringify(message).slice(0, 300)}`)
      news++
    }
  }

  async function leave(member: Member): Promise<void> {
    judgeNews(member)
    member.stream?.close()
    await member.stream?.closed
    member.stream = null
    if (member.session) await inTime('DELETE', client.send({ url, token, session: member.session, method: 'DELETE' }))
    member.session = null
  }

  function mayBeAway(target: Target, { error }: Message): boolean {
    const is = target.mortal && MAY_BE_AWAY.has(String(error?.data?.code))
    if (is) away++
    return is
  }

  async function callTool(member: Member, what: 'echo' | 'steps' | 'fail' | 'slow' | 'refuse' | 'change' | 'big'): Promise<void> {
    const soak = targets.filter(({ kind }) => kind === 'soak')
    const target = pick(soak)
    const canary = `${member.name}/${member.next}`
    const progressToken = `token ${canary}`
    const more = what === 'big' ? { bytes: 300_000, shape: pick(['head', 'tail']), carrier: pick(['json', 'sse']) } : {}
    const started = performance.now()
    const answer = await send(member, 'tools/call', {
      name: `${target.prefix}${what}`,
      arguments: { canary, ...more },
      ...(what === 'steps' ? { _meta: { progressToken } } : {}),
    })
    if (!answer) return
    if (!target.mortal && what !== 'big') times.push(performance.now() - started)
    const last = answer.messages.at(-1) ?? {}
    for (const message of answer.messages.slice(0, -1)) {
      const ours = message.method === 'notifications/progress' && message.params?.progressToken === progressToken
      if (!ours) foreign.push(`${canary} heard ${JSON.stringify(message).slice(0, 300)}`)
    }
    if (mayBeAway(target, last)) return
    const said = last.result?.content?.[0]?.text ?? (what === 'refuse' && last.error?.code === -32000 ? last.error.message : undefined)
    if (said !== undefined && !said.endsWith(canary)) foreign.push(`${canary} got ${said}`)
    else if (last.id !== answer.id) foreign.push(`${canary} got id ${last.id}`)
    else if (said === undefined) wrong.push(`${what} at ${target.prefix}: HTTP ${answer.status} ${JSON.stringify(last).slice(0, 300)}`)
  }

  async function cancel(member: Member): Promise<void> {
    const target = pick(targets.filter(({ kind, mortal }) => kind === 'soak' && !mortal))
    const id = `c${member.next++}`
    const call = send(member, 'tools/call', { name: `${target.prefix}hang`, arguments: { canary: id } }, id)
    // Sent after it on another connection: it may be there first, and then cancels nothing, so it is sent until it works.
    let over = false
    void call.then(() => {
      over = true
    })
    while (!over) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } }
      await inTime('cancel', client.send({ url, token, body, session: member.session }))
    }
    const last = (await call)?.messages.at(-1)
    if (last?.id !== id || !last.error) wrong.push(`cancelled: ${JSON.stringify(last)}`)
  }

  async function reference(member: Member): Promise<void> {
    const target = pick(targets.filter(({ kind }) => kind === 'reference'))
    const name = `${target.prefix}${pick(['test_simple_text', 'test_tool_with_progress', 'test_error_handling', 'greet'])}`
    const canary = `${member.name}-${member.next}`
    const answer = await send(member, 'tools/call', { name, arguments: { name: canary }, _meta: { progressToken: canary } })
    if (!answer) return
    const last = answer.messages.at(-1) ?? {}
    const text = last.result?.content?.[0]?.text
    if (name.endsWith('greet') && text !== undefined && text !== `Hello, ${canary}!`) foreign.push(`${canary} got ${text}`)
    else if (text === undefined) wrong.push(`${name}: HTTP ${answer.status} ${JSON.stringify(last).slice(0, 300)}`)
    for (const { params } of answer.messages.slice(0, -1))
      if (params?.progressToken !== canary) foreign.push(`${canary} heard ${JSON.stringify(params)}`)
  }

  async function list(member: Member): Promise<void> {
    const answer = await send(member, 'tools/list', {})
    const tools = answer?.messages.at(-1)?.result?.tools as { name: string }[] | undefined
    if (answer && !tools?.some(({ name }) => name.endsWith('echo'))) wrong.push(`tools/list: HTTP ${answer.status}`)
  }

  async function unknown(member: Member): Promise<void> {
    const answer = await send(member, 'tools/call', { name: 'nothing_of_that_name' })
    if (answer && answer.messages.at(-1)?.error?.code !== -32602) wrong.push(`unknown tool: ${JSON.stringify(answer.messages)}`)
  }

  async function reconnect(member: Member): Promise<void> {
    judgeNews(member)
    if (member.kind === 'listening' && random() < 0.5) {
      const after = member.stream?.lastId()
      member.stream?.close()
      const headers: Record<string, string> = after ? { 'last-event-id': after } : {}
      member.stream = await inTime('the stream again', client.stream({ url, token, session: member.session, headers }))
    } else {
      await leave(member)
      await enter(member)
    }
    reconnects++
  }

  async function act(member: Member): Promise<void> {
    const dice = random()
    const stateless = isStateless(member)
    const todo: readonly [number, string, () => Promise<void>][] = [
      [0.6, 'echo', () => callTool(member, 'echo')],
      [0.7, 'progress', () => callTool(member, 'steps')],
      [0.75, 'error of a tool', () => callTool(member, 'fail')],
      [0.78, 'error of a server', () => callTool(member, 'refuse')],
      [0.81, 'slow', () => callTool(member, 'slow')],
      [0.84, 'large', () => callTool(member, 'big')],
      [0.87, 'cancelled', () => (stateless ? callTool(member, 'echo') : cancel(member))],
      [0.92, 'reference server', () => reference(member)],
      [0.94, 'unknown tool', () => unknown(member)],
      [0.96, 'list', () => list(member)],
      [0.97, 'change of a list', () => callTool(member, 'change')],
      [1, 'reconnect', () => reconnect(member)],
    ]
    const [, name, work] = todo.find(([below]) => dice < below) as (typeof todo)[number]
    kinds[name] = (kinds[name] ?? 0) + 1
    await work()
  }

  return {
    /** Everybody comes in. */
    async enter(): Promise<void> {
      const waiting = [...members]
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          for (let member = waiting.pop(); member; member = waiting.pop()) await enter(member)
        }),
      )
    },

    /** Everybody acts for so long, in ms; then all that is under way is awaited. */
    async run(ms: number): Promise<void> {
      const until = performance.now() + ms
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          while (performance.now() < until) {
            const member = pick(members)
            if (member.busy) continue
            member.busy = true
            await act(member)
            member.busy = false
          }
        }),
      )
      for (const member of members) judgeNews(member)
      client.rest()
    },

    /** Everybody goes. */
    async leave(): Promise<void> {
      const waiting = [...members]
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          for (let member = waiting.pop(); member; member = waiting.pop()) await leave(member)
        }),
      )
      client.rest()
    },

    figures(): CrowdFigures {
      const sorted = times.toSorted((a, b) => a - b)
      const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
      const result = { done, kinds: { ...kinds }, foreign, stuck, wrong, away, reconnects, news }
      times = []
      return { ...result, p50: at(0.5), p99: at(0.99), longest: at(1) }
    },
  }
}
