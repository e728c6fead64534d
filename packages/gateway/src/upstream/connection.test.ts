import { describe, expect, test, vi } from 'vitest'
import { parseFrame } from '../testing/relay.ts'
import { createConnection } from './connection.ts'
import type { TransportEvents } from './transport.ts'

async function open() {
  const sent: string[] = []
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
      log() {},
      elicitationComplete() {},
      rootsWanted: async () => Buffer.from('{"roots":[]}'),
      closed() {},
    },
  )
  const say = (text: string) => events?.message(parseFrame(text, Number.POSITIVE_INFINITY), null)
  await connection.open(1000, 'legacy')
  sent.length = 0
  return { say, sent, connection }
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

describe('a question of a server on a pipe while several clients wait', () => {
  const call = (conversation: object, capabilities: Record<string, unknown>) => {
    const asked: string[] = []
    const outgoing = {
      frame: parseFrame('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}'),
      client: { era: 'legacy', version: '2025-11-25', principal: {} as never, info: {}, capabilities, logLevel: null, conversation },
      edits: [],
      target: null,
    } as const
    const sink = {
      progress() {},
      log() {},
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
})
