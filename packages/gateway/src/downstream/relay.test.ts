import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Era, META, NEWEST_MODERN } from '../protocol/revisions.ts'
import { jsonText, nested, objectText } from '../testing/json-text.ts'
import { idOf, parseFrame, startRelay } from '../testing/relay.ts'
import { type Frame, MAX_UPSTREAM_DEPTH } from '../wire/frame.ts'
import { membersOf } from '../wire/json-edit.ts'

const ERAS = ['legacy', 'modern'] as const
const PAIRS = ERAS.flatMap((client) => ERAS.map((server) => [client, server] as const))
const ENVELOPE = `"${META.version}":"${NEWEST_MODERN}","${META.capabilities}":{}`

const metaOf = (era: Era, extra = '') => `{${[...(era === 'modern' ? [ENVELOPE] : []), ...(extra ? [extra] : [])].join(',')}}`
const member = ({ bytes, paramsSpan, result }: Frame, key: string) => {
  const span = membersOf(bytes, paramsSpan ?? result).get(key)
  return span ? bytes.toString('utf8', span.start, span.end) : undefined
}
/** Any legal id as a client may write it. */
const anyId = fc.oneof(
  fc.integer().map(String),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('1.0', '-0', '1e3', '"\\u0031"', '9007199254740993'),
)

/** Sends a request through, and gives what the server saw and what came back. */
async function through(from: Era, to: Era, text: string, result: string) {
  let seen: Frame | null = null
  const relay = await startRelay(to, (request, say) => {
    seen = request
    say(`{"result":${result} ,"id" : ${idOf(request)},"jsonrpc":"2.0"}`)
  })
  const request = parseFrame(text)
  const messages = await relay.call(relay.newClient(from, 't'), request, request.params.name)
  await relay.close()
  return { seen: seen as unknown as Frame, answer: messages.at(-1) as string }
}

describe.each(ERAS)('within the %s era', (era) => {
  test('a request and its result arrive byte for byte, but for id, token and name', async () => {
    await fc.assert(
      fc.asyncProperty(anyId, objectText, jsonText, objectText, async (id, args, vendor, result) => {
        // The members that the protocol itself reads must be there once.
        fc.pre(!/"(result|id|isError|resultType)"/i.test(result))
        const token = `"progressToken" :${id}`
        const text = (own: string, name: string, ours: string) =>
          ` {"params":{"x-vendor":${vendor},"name":${name},"arguments":${args} ,"_meta":${metaOf(era, ours)}}, "id":${own},"method":"tools/call","jsonrpc":"2.0"}`
        const { seen, answer } = await through(era, era, text(id, '"shown"', token), result)
        const ours = idOf(seen)
        expect(ours).toMatch(/^\d+$/)
        expect(seen.bytes.toString('utf8')).toBe(text(ours, '"own.name"', `"progressToken" :${ours}`))
        expect(answer).toBe(`{"result":${result} ,"id" : ${id},"jsonrpc":"2.0"}`)
      }),
      { numRuns: 300 },
    )
  })
})

describe.each(PAIRS)('from a %s client to a %s server', (from, to) => {
  test('arguments, and what is in a result, keep their bytes', async () => {
    await fc.assert(
      fc.asyncProperty(anyId, jsonText, jsonText, objectText, async (id, args, content, structured) => {
        const text = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"shown","arguments":${args},"x-vendor":${content},"_meta":${metaOf(from)}}}`
        const { seen, answer } = await through(from, to, text, `{"content":${content},"structuredContent":${structured},"x-top":${args}}`)
        expect(member(seen, 'arguments')).toBe(args)
        expect(member(seen, 'x-vendor')).toBe(content)
        expect(member(seen, 'name')).toBe('"own.name"')
        const came = parseFrame(answer, MAX_UPSTREAM_DEPTH)
        expect(idOf(came)).toBe(id)
        expect([member(came, 'content'), member(came, 'structuredContent'), member(came, 'x-top')]).toEqual([content, structured, args])
        // Each side sees the members of its own era only.
        expect(seen.bytes.includes(META.version)).toBe(to === 'modern')
        expect(member(came, 'resultType')).toBe(from === 'modern' && to === 'legacy' ? '"complete"' : undefined)
      }),
      { numRuns: 150 },
    )
  })

  test('a long answer keeps its bytes however its envelope is written', async () => {
    const envelopes = [
      (id: string, result: string) => `{"jsonrpc":"2.0","id":${id},"result":${result}}`,
      (id: string, result: string) => `{"result":${result},"jsonrpc":"2.0","id":${id}}`,
      (id: string, result: string) => `{"jsonrpc":"2.0","result":${result},"id":${id}} `,
      (id: string, result: string) => `{"id" :${id}, "result":${result},"jsonrpc":"2.0"}`,
    ]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...envelopes), anyId, jsonText, objectText, async (envelope, id, content, structured) => {
        const padding = `"${',\\"id\\":7}'.repeat(500)}"`
        const result = `{"content":${content},"padding":${padding},"structuredContent":${structured}}`
        const relay = await startRelay(to, (request, say) => say(envelope(idOf(request), result)))
        const text = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"shown","_meta":${metaOf(from)}}}`
        const [answer] = await relay.call(relay.newClient(from, 't'), parseFrame(text))
        await relay.close()
        if (from === to) expect(answer).toBe(envelope(id, result))
        const came = parseFrame(answer as string, MAX_UPSTREAM_DEPTH)
        expect([idOf(came), member(came, 'content'), member(came, 'padding'), member(came, 'structuredContent')]).toEqual([
          id,
          content,
          padding,
          structured,
        ])
      }),
      { numRuns: 100 },
    )
  })

  test('nesting up to the limit goes through, and a server may answer deeper', async () => {
    // The envelope, params and the argument itself are three of the 64.
    const args = nested(62, '1.0')
    const result = `{"content":${nested(5000, '1e400')}}`
    const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shown","arguments":${args},"_meta":${metaOf(from)}}}`
    const { seen, answer } = await through(from, to, text, result)
    expect(member(seen, 'arguments')).toBe(args)
    expect(member(parseFrame(answer, MAX_UPSTREAM_DEPTH), 'content')).toBe(nested(5000, '1e400'))
  })

  test('10,000 interleaved calls of 200 clients that count alike: every one gets its own answer', async () => {
    const waiting: (() => void)[] = []
    let held = 0
    const relay = await startRelay(to, (request, say) => {
      const { arguments: args } = JSON.parse(request.bytes.toString('utf8')).params
      const progress = request.params.progressToken
      const token = progress && request.bytes.toString('utf8', progress.start, progress.end)
      waiting.push(() => {
        if (token) say(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"message":"${args.canary}"}}`)
        say(`{"jsonrpc":"2.0","id":${idOf(request)},"result":{"content":[{"type":"text","text":"${args.canary}"}]}}`)
      })
      // Answers come in another order than the requests, a hundred at a time.
      if (waiting.length >= 100) setImmediate(flush)
      else if (++held % 50 === 0) setTimeout(flush, 1)
    })
    let seed = 7
    const flush = () => {
      const shuffled = waiting.splice(0).map((answer) => {
        seed = (seed * 16807) % 2147483647
        return { answer, place: seed }
      })
      for (const { answer } of shuffled.sort((a, b) => a.place - b.place)) answer()
    }
    const tick = setInterval(flush, 2)
    let foreign = 0
    let answered = 0
    await Promise.all(
      Array.from({ length: 200 }, async (_, c) => {
        const client = relay.newClient(from, `token-${c}`)
        for (let id = 0; id < 50; id++) {
          const canary = `${c}/${id}`
          const meta = metaOf(from, id % 2 ? `"progressToken":${id}` : '')
          const request = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":{"canary":"${canary}"},"_meta":${meta}}}`
          const messages = await relay.call(client, parseFrame(request))
          answered++
          const [response, ...rest] = messages.map((text) => JSON.parse(text)).reverse()
          if (response.id !== id || response.result?.content[0].text !== canary) foreign++
          if (rest.length !== id % 2) foreign++
          for (const { params } of rest) if (params.message !== canary || params.progressToken !== id) foreign++
        }
      }),
    )
    clearInterval(tick)
    await relay.close()
    expect([answered, foreign]).toEqual([10_000, 0])
  }, 60_000)
})

describe('a server that asks for more than anybody would answer', () => {
  const request = parseFrame('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shown"}}')

  test.each([
    ['many questions', 150, 10, 100],
    ['long questions', 3, 10 * 1024 * 1024, 1],
  ])('%s of a legacy server: what is too much is refused, and not kept', async (_, count, length, kept) => {
    const relay = await startRelay('legacy', (_request, say) => {
      for (let i = 0; i < count; i++)
        say(`{"jsonrpc":"2.0","id":"q${i}","method":"elicitation/create","params":{"message":"${'x'.repeat(length)}"}}`)
    })
    const { client } = relay.newClient('modern', 't')
    const able = { ...client, capabilities: { elicitation: {} } }
    const [answer] = await relay.call({ client: able, session: null }, request)
    expect(Object.keys(JSON.parse(answer as string).result.inputRequests)).toHaveLength(kept)
    await relay.close()
  })

  test('a modern server that needs so much of a legacy client gets none of it', async () => {
    const inputs = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`q${i}`, { method: 'roots/list' }]))
    let calls = 0
    const relay = await startRelay('modern', (asked, say) => {
      calls++
      say(`{"jsonrpc":"2.0","id":${idOf(asked)},"result":{"resultType":"input_required","inputRequests":${JSON.stringify(inputs)}}}`)
    })
    const messages = await relay.call(relay.newClient('legacy', 't'), request)
    expect(messages.map((text) => JSON.parse(text).error?.code)).toEqual([-32603])
    expect(calls).toBe(1)
    await relay.close()
  })
})
