import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonText, objectText } from '../testing/json-text.ts'
import { createEndFinder } from './end-finder.ts'
import { isFrame } from './frame.ts'
import { readServerMessage, recogniseAnswer } from './large-answer.ts'

const LONG = 'x'.repeat(5000)
const CLIENT_ID = Buffer.from('"client"')

/** Cuts a buffer at the given places; the first piece is long enough to be recognised. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => 300 + (cut % (bytes.length - 300))).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}

/** Hands an answer on piece by piece. @returns what came out; null where it was refused at its end */
function handOn(text: string, cuts: readonly number[], expected: number, insert: Buffer | null = null): string | null {
  const [first, ...rest] = pieces(Buffer.from(text), cuts)
  const rewriter = recogniseAnswer(first as Buffer)?.rewrite(CLIENT_ID, insert)
  if (!rewriter) throw new Error('Not recognised')
  const out = [first as Buffer, ...rest].flatMap((piece) => rewriter.push(piece).map((part) => Buffer.from(part)))
  const end = rewriter.end(expected)
  return end && Buffer.concat([...out, ...end]).toString()
}

const ENVELOPES: readonly ((id: string, result: string) => string)[] = [
  (id, result) => `{"jsonrpc":"2.0","id":${id},"result":${result}}`,
  (id, result) => `{"result":${result},"jsonrpc":"2.0","id":${id}}`,
  (id, result) => `{"jsonrpc":"2.0","result":${result},"id":${id}}`,
]

/** Each would be the answer to request 5 for us, and something else, or nothing, for a client. */
const SPOOFS = [
  `{"jsonrpc":"2.0","id":5,"result":{"a":"${LONG}"},"id":6}`,
  `{"jsonrpc":"2.0","id":5,"result":{"a":"${LONG}"},"id":6,"x":{}}`,
  `{"jsonrpc":"2.0","id":5,"result":{"a":"${LONG}"},"result":{}}`,
  `{"jsonrpc":"2.0","result":{"a":"${LONG}"},"result":{},"id":5}`,
  `{"jsonrpc":"2.0","result":{"a":"${LONG}"},"id":6,"id":5}`,
  `{"jsonrpc":"2.0","result":{"a":"${LONG}"},"method":"sampling/createMessage","params":{},"id":5}`,
  `{"jsonrpc":"2.0","id":5,"result":{"a":"${LONG}"}}{"jsonrpc":"2.0","id":6,"result":{}}`,
  `{"jsonrpc":"2.0","id":5,"result":{"a":"${LONG}"}`,
]

describe('a long answer says one thing to everybody', () => {
  test.each(SPOOFS)('%#: is refused where it is held', (text) => {
    expect(isFrame(readServerMessage(Buffer.from(text)))).toBe(false)
  })

  test.each(SPOOFS)('%#: is refused where it is handed on', (text) => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 6 }), (cuts) => {
        expect(handOn(text, cuts, 5)).toBeNull()
      }),
      { numRuns: 50 },
    )
  })

  test('an answer to another request is refused at its end', () => {
    for (const envelope of ENVELOPES) expect(handOn(envelope('6', `{"a":"${LONG}"}`), [], 5)).toBeNull()
  })
})

test('handed on in any pieces, an answer keeps its bytes but for the id', () => {
  const padded = fc
    .tuple(jsonText, objectText, fc.constantFrom('\\\\', '\\"', ',\\"id\\":7}', '}]', '\\\\\\"{'))
    .map(([content, structured, unit]) => `{"content":${content},"padding":"${unit.repeat(200)}","structuredContent":${structured}}`)
  fc.assert(
    fc.property(fc.constantFrom(...ENVELOPES), padded, fc.array(fc.nat(), { maxLength: 8 }), (envelope, result, cuts) => {
      expect(handOn(envelope('5', result), cuts, 5)).toBe(envelope('"client"', result))
      expect(handOn(envelope('5', result), cuts, 5, Buffer.from('"m":1,'))).toBe(envelope('"client"', `{"m":1,${result.slice(1)}`))
    }),
    { numRuns: 500 },
  )
})

test('the end of an object is where JSON has it, in whatever pieces it comes', () => {
  fc.assert(
    fc.property(objectText, jsonText, fc.array(fc.nat(), { maxLength: 10 }), (object, after, cuts) => {
      const bytes = Buffer.from(`${object}${after}}`)
      const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length]
      const find = createEndFinder()
      for (const [i, end] of places.slice(1).entries()) {
        const found = find(bytes.subarray(places[i], end), 0)
        if (found >= 0) {
          expect((places[i] as number) + found).toBe(Buffer.byteLength(object))
          return
        }
      }
      throw new Error('No end was found')
    }),
    { numRuns: 2000 },
  )
})
