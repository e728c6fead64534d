import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Frame, type FrameProblem, isFrame, readFrame, splice, stringOf, toOneLine } from './frame.ts'

const read = (text: string) => readFrame(Buffer.from(text))
const frame = (text: string): Frame => {
  const result = read(text)
  if (!isFrame(result)) throw new Error(result.message)
  return result
}
const code = (text: string | Buffer) => (readFrame(Buffer.from(text as string)) as FrameProblem).code
const slice = (f: Frame, span: { start: number; end: number } | null) => span && f.bytes.toString('utf8', span.start, span.end)

describe('reading', () => {
  test('finds what routing needs, whatever the order and spacing', () => {
    const f = frame(
      ' { "params" : {"arguments":{"name":"no","_meta":{"progressToken":9}}, "_meta" : { "progressToken" : "t\\"1" } ,"name":"echo"} , "id":-1.5e3 ,"method" : "tools/call", "jsonrpc":"2.0" } ',
    )
    expect(f.kind).toBe('request')
    expect(f.method).toBe('tools/call')
    expect(slice(f, f.id)).toBe('-1.5e3')
    expect(slice(f, f.params.name)).toBe('"echo"')
    expect(slice(f, f.params.progressToken)).toBe('"t\\"1"')
  })

  test('tells requests, notifications and responses apart', () => {
    expect(frame('{"jsonrpc":"2.0","id":1,"method":"ping"}').kind).toBe('request')
    expect(frame('{"jsonrpc":"2.0","method":"x"}').kind).toBe('notification')
    expect(frame('{"jsonrpc":"2.0","id":1,"result":{}}').kind).toBe('response')
    expect(frame('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":""}}').kind).toBe('response')
  })

  test.each([
    '',
    '{',
    '{"a"}',
    '{"a":1,}',
    '[1,]',
    '{"a":01}',
    '{"a":1.}',
    '{"a":+1}',
    '{"a":NaN}',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{} {}',
    "{'a':1}",
    '{"a":tru}',
    '\ufeff{}',
    'nul',
  ])('%j is not JSON', (text) => {
    expect(code(text)).toBe(-32700)
  })

  test('bytes that are not UTF-8 are not JSON', () => {
    expect(code(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBe(-32700)
  })

  test.each([
    '[]',
    '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
    '1',
    '{}',
    '{"jsonrpc":"1.0","id":1,"method":"ping"}',
    '{"jsonrpc":"2.0","id":null,"method":"ping"}',
    '{"jsonrpc":"2.0","id":{},"method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"method":5}',
    '{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}',
    '{"jsonrpc":"2.0","id":1,"method":"x","result":{}}',
  ])('%j is no message', (text) => {
    expect(code(text)).toBe(-32600)
  })

  test.each([
    '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe","name":"evil"}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe","NAME":"evil"}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"n\\u0061me":"evil"}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe"},"param\u017f":{"name":"evil"}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe","_meta":{"progre\u017fsToken":1}}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","_meta":{"progressToken":1,"progressToken":2}}}',
  ])('%j says one thing to us and may say another to the server: refused', (text) => {
    expect(code(text)).toBe(-32600)
  })

  test('a notification has its progress token in params, whatever _meta says', () => {
    const f = frame('{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"_meta":{"progressToken":2}}}')
    expect(slice(f, f.params.progressToken)).toBe('1')
  })

  test('nesting is bounded for clients and costs no stack for servers', () => {
    const nested = (depth: number) => `{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`
    expect(isFrame(read(nested(60)))).toBe(true)
    expect(code(nested(65))).toBe(-32700)
    expect(code(nested(100_000))).toBe(-32700)
    expect(isFrame(readFrame(Buffer.from(nested(50_000)), 100_000))).toBe(true)
  })

  test('agrees with JSON.parse on what is JSON', () => {
    const mutated = fc
      .tuple(
        fc.json({ maxDepth: 6 }),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', ']', '\\', '0', ' ', 'e', '-', '.', '\u0001', ':'),
        fc.boolean(),
      )
      .map(([json, at, insert, drop]) => {
        const place = at % (json.length + 1)
        return json.slice(0, place) + insert + json.slice(place + (drop ? 1 : 0))
      })
    fc.assert(
      fc.property(mutated, (text) => {
        let valid = true
        try {
          JSON.parse(text)
        } catch {
          valid = false
        }
        const result = read(text)
        // What is refused at a key in its first half may be no JSON in its second.
        if (valid) expect(isFrame(result) || result.code === -32600).toBe(true)
        else expect(isFrame(result)).toBe(false)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('rewriting', () => {
  test('replaces spans and nothing else, byte for byte', () => {
    const payload = fc.json({ maxDepth: 5 })
    const id = fc.oneof(fc.integer(), fc.string())
    fc.assert(
      fc.property(payload, id, fc.string(), fc.string(), (args, from, name, to) => {
        const text = `{"jsonrpc":"2.0", "id" : ${JSON.stringify(from)},"method":"tools/call","params":{"x-unknown":1.0,"name":${JSON.stringify(name)},"arguments":${args},"big":12345678901234567890.10}}`
        const f = frame(text)
        const out = splice(f.bytes, [
          { span: f.params.name as never, bytes: Buffer.from(JSON.stringify(to)) },
          { span: f.id as never, bytes: Buffer.from('77') },
        ]).toString('utf8')
        expect(out).toBe(
          `{"jsonrpc":"2.0", "id" : 77,"method":"tools/call","params":{"x-unknown":1.0,"name":${JSON.stringify(to)},"arguments":${args},"big":12345678901234567890.10}}`,
        )
        const back = frame(out)
        expect(stringOf(back.bytes, back.params.name)).toBe(to)
      }),
    )
  })

  test('one line says the same', () => {
    const pretty = '{\r\n  "a": [\n 1 ]\n}'
    const line = toOneLine(Buffer.from(pretty)).toString()
    expect(line).not.toMatch(/[\r\n]/)
    expect(JSON.parse(line)).toEqual(JSON.parse(pretty))
  })
})
