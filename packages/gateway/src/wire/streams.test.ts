import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter } from './line-splitter.ts'
import { createSseReader, sseMessage } from './sse.ts'

/** Cuts a buffer at the given places, so that chunks fall anywhere. */
function chunks(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}

test('lines come out whole however the chunks fall', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', ''))
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat()), (lines, cuts) => {
      const out: string[] = []
      const push = createLineSplitter(
        1e6,
        (one) => out.push(one.toString()),
        () => {},
      )
      for (const chunk of chunks(Buffer.from(lines.map((text) => `${text}\n`).join('')), cuts)) push(chunk)
      expect(out).toEqual(lines.filter((text) => text !== ''))
    }),
  )
})

test('a line that is too long is dropped alone', () => {
  const out: string[] = []
  const tooLong: number[] = []
  const push = createLineSplitter(
    10,
    (one) => out.push(one.toString()),
    (bytes) => tooLong.push(bytes),
  )
  for (const text of ['short\n', 'x'.repeat(8), 'y'.repeat(8), 'z\nnext\n']) push(Buffer.from(text))
  expect(out).toEqual(['short', 'next'])
  expect(tooLong).toHaveLength(1)
})

test('events come out whole however the chunks fall', () => {
  fc.assert(
    fc.property(fc.array(fc.json()), fc.array(fc.nat()), (messages, cuts) => {
      const out: string[] = []
      const push = createSseReader(
        1e6,
        ({ data }) => out.push(data.toString()),
        () => {},
      )
      for (const chunk of chunks(Buffer.concat(messages.map((text) => sseMessage(Buffer.from(text)))), cuts)) push(chunk)
      expect(out).toEqual(messages)
    }),
  )
})

test('reads what the standard allows: comments, CRLF, many data lines, no space, ids', () => {
  const out: unknown[] = []
  const push = createSseReader(
    1e6,
    ({ event, data, id }) => out.push([event, data.toString(), id]),
    () => {},
  )
  push(Buffer.from(': hello\r\nid: 7\r\nevent: x\r\ndata:one\r\ndata: two\r\n\r\n\r\ndata: {"a":\ndata: 1}\n\nretry: 5\n\n'))
  expect(out).toEqual([
    ['x', 'one\ntwo', '7'],
    ['message', '{"a":\n1}', '7'],
  ])
})

test('an event of many lines is bounded like one of one line', () => {
  const out: string[] = []
  let tooLong = 0
  const push = createSseReader(
    1000,
    ({ data }) => out.push(data.toString()),
    () => tooLong++,
  )
  for (const line of ['data: 0123456789\n', 'data:\n']) {
    tooLong = 0
    for (let i = 0; i < 50; i++) push(Buffer.from(line))
    push(Buffer.from('\ndata: next\n\n'))
    expect(tooLong).toBeGreaterThan(0)
    expect(out.splice(0).at(-1)).toBe('next')
  }
})

test('a message of several lines is one event', () => {
  const out: string[] = []
  const push = createSseReader(
    1000,
    ({ data }) => out.push(data.toString()),
    () => {},
  )
  push(sseMessage(Buffer.from('{"a":\n1,\r\n"b":\r2}\n\ndata: {"forged":1}\n')))
  expect(out).toEqual(['{"a": 1,  "b": 2}  data: {"forged":1} '])
})
