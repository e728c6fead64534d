import fc from 'fast-check'

const scalar = fc.oneof(
  fc.constantFrom('1.0', '1e400', '-1E+400', '12345678901234567890', '0.1000', '-0', '1E-7', 'true', 'false', 'null', '""'),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\ud800"', '"\\udc00\\ud800 x"', '"\\u0041\\/\\b"', '"é \u2028 😀"', '"\\u0000"', '"__proto__"', '"\\""'),
  fc.integer().map(String),
)
const key = fc.oneof(
  fc.constantFrom('a', 'b', '', '__proto__', 'name', '_meta', 'progressToken', 'é', '\\u0061', '\\ud83d', 'id', 'result'),
  fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => JSON.stringify(text).slice(1, -1)),
)
const space = fc.constantFrom('', '', ' ', '\t', '\n', '\r\n ')

/** JSON as no serializer would write it: white space, escapes, numbers beyond doubles, keys that are there twice. */
export const { value: jsonText, object: objectText } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 5, depthSize: 'small' }, scalar, tie('object'), tie('array')),
  object: fc
    .array(fc.tuple(space, key, space, tie('value'), space), { maxLength: 5 })
    .map((members) => `{${members.map(([a, name, b, value, c]) => `${a}"${name}"${b}:${b}${value}${c}`).join(',')}}`),
  array: fc
    .array(fc.tuple(space, tie('value'), space), { maxLength: 5 })
    .map((items) => `[${items.map((parts) => parts.join('')).join(',')}]`),
}))

/** A value inside so many arrays and objects. */
export const nested = (depth: number, inner: string): string => {
  let text = inner
  for (let i = 0; i < depth; i++) text = i % 2 ? `[${text}]` : `{"d":${text}}`
  return text
}
