import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { parseFrame } from '../testing/relay.ts'
import { createConnection } from './connection.ts'
import type { TransportEvents } from './transport.ts'

async function open() {
  const sent: string[] = []
  const logged: string[] = []
  let events: TransportEvents | null = null
  const connection = createConnection(
    {
      pid: null,
      async start(into) {
        events = into
      },
      send(bytes) {
        const text = bytes.toString('utf8')
        const { id, method } = JSON.parse(text)
        if (method === 'initialize') say(`{"jsonrpc":"2.0","id":${id},"result":{"protocolVersion":"2025-11-25","capabilities":{}}}`)
        else sent.push(text)
      },
      ready() {},
      abandon() {},
      evidence: () => [],
      async close() {},
    },
    'test',
    {
      listChanged() {},
      resourceUpdated() {},
      log: ({ bytes }) => logged.push(bytes.toString('utf8')),
      elicitationComplete() {},
      rootsWanted: async () => Buffer.from('{"roots":[]}'),
      closed() {},
    },
  )
  /** @param on the request on whose stream it comes; on a pipe it comes on none */
  const say = (text: string, on: number | null = null) => events?.message(parseFrame(text, Number.POSITIVE_INFINITY), on)
  await connection.open(1000, 'legacy')
  sent.length = 0
  return { say, sent, logged, connection }
}

describe('requests of the server itself', () => {
  test('a ping is answered with its own id, unless that is absurdly long', async () => {
    const { say, sent } = await open()
    say('{"jsonrpc":"2.0","id":"a \\u0041","method":"ping"}')
    say(`{"jsonrpc":"2.0","id":"${'9'.repeat(2_000_000)}","method":"ping"}`)
    say(`{"jsonrpc":"2.0","id":${'9'.repeat(1025)},"method":"ping"}`)
    say('{"jsonrpc":"2.0","id":1.0,"method":"ping"}')
    expect(sent).toEqual(['{"jsonrpc":"2.0","id":"a \\u0041","result":{}}', '{"jsonrpc":"2.0","id":1.0,"result":{}}'])
  })

  test('what nobody waits for is refused; roots are none; an unknown method is unknown, however long its name', async () => {
    const { say, sent } = await open()
    for (const [id, method] of ['sampling/createMessage', 'elicitation/create', 'roots/list', 'x'.repeat(1_000_000)].entries())
      say(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":{}}`)
    await vi.waitFor(() => expect(sent).toHaveLength(4))
    const answers = sent.map((text) => JSON.parse(text)).sort((a, b) => a.id - b.id)
    expect(answers.map(({ id, error, result }) => [id, error?.code ?? result])).toEqual([
      [0, -32601],
      [1, -32601],
      [2, { roots: [] }],
      [3, -32601],
    ])
    expect(Math.max(...sent.map(({ length }) => length))).toBeLessThan(1000)
  })

  test('an answer to nothing, a second answer and progress of nothing are ignored', async () => {
    const { say, sent, connection } = await open()
    const asked = connection.request('tools/list', Buffer.from('{}'), 1000)
    const { id } = JSON.parse(sent[0] as string)
    for (const other of ['999', '"x"', 'null', `"${id}"`, `-${id}`, '1e999'])
      say(`{"jsonrpc":"2.0","id":${other},"error":{"code":1,"message":"not yours"}}`)
    say('{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":999,"progress":1}}')
    say(`{"jsonrpc":"2.0","id":${id},"result":{"mine":1}}`)
    say(`{"jsonrpc":"2.0","id":${id},"result":{"mine":2}}`)
    const { bytes, result } = await asked
    expect(bytes.toString('utf8', result.start, result.end)).toBe('{"mine":1}')
  })
})

describe('a question of a server while several clients wait, or did so', () => {
  const call = (conversation: object | string, capabilities: Record<string, unknown>) => {
    const asked: string[] = []
    const outgoing = {
      frame: parseFrame('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}'),
      client: { era: 'legacy', version: '2025-11-25', principal: {} as never, info: {}, capabilities, logLevel: null, conversation },
      edits: [],
      target: null,
    } as const
    const sink = {
      progress() {},
      log: ({ bytes }: { bytes: Buffer }) => asked.push(bytes.toString('utf8')),
      request: ({ method }: { method: string }) => asked.push(method),
      answer() {},
      large: () => null,
      failed() {},
    }
    return { outgoing, sink, asked }
  }

  test('it is asked of nobody, though only one of them could answer: the other may have caused it', async () => {
    const { say, sent, connection } = await open()
    const mute = call({}, {})
    const able = call({}, { sampling: {} })
    for (const { outgoing, sink } of [mute, able]) connection.forward(outgoing, sink)
    sent.length = 0
    say('{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}}')
    expect(JSON.parse(sent[0] as string)).toMatchObject({ id: 7, error: { code: -32603 } })
    expect([mute.asked, able.asked]).toEqual([[], []])
  })

  test('it is asked where all that wait are one conversation', async () => {
    const { say, sent, connection } = await open()
    const conversation = {}
    const one = call(conversation, { sampling: {} })
    const two = call(conversation, { sampling: {} })
    for (const { outgoing, sink } of [one, two]) connection.forward(outgoing, sink)
    sent.length = 0
    say('{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}}')
    expect(sent).toEqual([])
    expect([...one.asked, ...two.asked]).toEqual(['sampling/createMessage'])
  })

  test('of one conversation it is asked of the newest that can answer it', async () => {
    const { say, connection } = await open()
    const conversation = 'token of a modern client'
    const [old, able, mute] = [call(conversation, { sampling: {} }), call(conversation, { sampling: {} }), call(conversation, {})]
    for (const { outgoing, sink } of [old, able, mute]) connection.forward(outgoing, sink)
    say('{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}}')
    expect([old.asked, able.asked, mute.asked]).toEqual([[], ['sampling/createMessage'], []])
  })

  test('a request that the server waits with for an answer asks nothing more after a moment', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { say, connection } = await open()
    const ask = (id: number) => say(`{"jsonrpc":"2.0","id":${id},"method":"sampling/createMessage","params":{}}`)
    const [away, busy] = [call({}, { sampling: {} }), call({}, { sampling: {} })]
    connection.forward(away.outgoing, away.sink)
    ask(1)
    connection.forward(busy.outgoing, busy.sink)
    ask(2)
    expect([away.asked, busy.asked]).toEqual([['sampling/createMessage'], []])
    vi.advanceTimersByTime(300)
    ask(3)
    expect([away.asked, busy.asked]).toEqual([['sampling/createMessage'], ['sampling/createMessage']])
  })

  const question = '{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}}'
  const log = '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":"mine"}}'
  const idIn = (text: string | undefined) => JSON.parse(text as string).id as number

  test('on a pipe: who stopped waiting may be meant, until the server has answered or had its time', async () => {
    const { say, sent, connection } = await open()
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000_000)
    const gone = call({}, { sampling: {} })
    const waits = call({}, { sampling: {} })
    const cancel = () => {
      const { cancel: giveUp } = connection.forward(gone.outgoing, gone.sink)
      const id = idIn(sent.at(-1))
      giveUp('Timed out')
      return id
    }
    const asks = () => {
      sent.length = 0
      say(question)
      return sent.length === 0
    }
    const id = cancel()
    connection.forward(waits.outgoing, waits.sink)
    expect(asks()).toBe(false)
    say(`{"jsonrpc":"2.0","id":${id},"result":{}}`)
    expect(asks()).toBe(true)
    cancel()
    expect(asks()).toBe(false)
    clock.mockReturnValue(1_030_001)
    expect(asks()).toBe(true)
    expect([gone.asked.length, waits.asked.length]).toEqual([0, 2])
    clock.mockRestore()
  })

  test('on the stream of a request that is over: what it says there is not for whoever else waits', async () => {
    const { say, sent, logged, connection } = await open()
    const over = call({}, { sampling: {} })
    const waits = call({}, { sampling: {} })
    connection.forward(over.outgoing, over.sink)
    const id = idIn(sent.at(-1))
    say(`{"jsonrpc":"2.0","id":${id},"result":{}}`, id)
    connection.forward(waits.outgoing, waits.sink)
    const other = idIn(sent.at(-1))
    sent.length = 0
    say(question, id)
    say(log, id)
    expect(JSON.parse(sent[0] as string)).toMatchObject({ id: 7, error: { code: -32603 } })
    expect(logged).toEqual([log])
    expect(waits.asked).toEqual([])
    say(question, other)
    say(log, other)
    expect(waits.asked).toEqual(['sampling/createMessage', log])
  })

  test('what is told unasked and is larger than everybody could be told is told to nobody', async () => {
    const { say, logged } = await open()
    say(log.replace('mine', 'x'.repeat(1024 * 1024)))
    say(log)
    expect(logged).toEqual([log])
  })
})
