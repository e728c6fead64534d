import { findNodeAtLocation, getNodeValue, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import { parse as parseToml, TomlError } from 'smol-toml'
import { parseDocument } from 'yaml'
import { type Position, positionAt, unreadable } from './unreadable.ts'

/** What a text in JSON, TOML or YAML holds. */
export interface Structure {
  readonly form: 'json' | 'toml' | 'yaml'
  readonly value: unknown
  /** Where in the text a value is, as far as the format tells. */
  locate(path: readonly (string | number)[]): Position | null
}

const JSON_START = /^(?:[{[]|"[^"\n]*"\s*:|\/\/|\/\*)/
const TOML_START = /^\[{1,2}[ \t]*["'\w][^\]\n{}:,]*\]{1,2}[ \t]*(?:#.*)?$|^(?:command|args|url|env)[ \t]*=/
/** In a whole file of Codex other settings come first. */
const CODEX = /^\[mcp_servers\./m
const YAML_START = /^(?:-[ \t]+)?(?:"[^"\n]+"|'[^'\n]+'|[\w@./ -]+):(?:[ \t]|$)/

/** The first line that says something, without comments of the three formats. */
function firstLine(text: string): string {
  for (const line of text.split('\n')) {
    const trimmed = line.trim()
    if (trimmed !== '' && trimmed !== '---' && !trimmed.startsWith('#')) return trimmed
  }
  return ''
}

/**
 * Reads the text as the format that it looks like; null where it looks like none.
 *
 * @throws AppError SNIPPET_UNREADABLE with line and column
 */
export function readStructured(text: string): Structure | null {
  const first = firstLine(text)
  if (TOML_START.test(first) || CODEX.test(text)) return readToml(text)
  if (JSON_START.test(first)) return readJson(text)
  if (YAML_START.test(first)) return readYaml(text)
  return null
}

/** The libraries recurse: what is nested too deep for them is no configuration of anything. */
function guarded<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) throw unreadable('It is nested too deep to be read')
    throw error
  }
}

/** JSON as people paste it: with comments, trailing commas, and without the outermost braces. */
function readJson(text: string): Structure {
  const bare = /^\s*(?:(?:\/\/[^\n]*|\/\*[\s\S]*?\*\/)\s*)*"/.test(text)
  // A comment on the last line must not swallow the brace.
  const source = bare ? `{${text}\n}` : text
  const shift = bare ? 1 : 0
  const errors: ParseError[] = []
  const tree = guarded(() => parseTree(source, errors, { allowTrailingComma: true }))
  const end = source.trimEnd().length
  const serious = errors.find(({ error, offset }) => {
    const name = printParseErrorCode(error)
    // A copy that began or ended a little too early or late still says the same.
    if (name === 'EndOfFileExpected') return !/^[\s},\]]*$/.test(source.slice(offset))
    return !(offset >= end - 1 && (name === 'CloseBraceExpected' || name === 'CloseBracketExpected'))
  })
  if (serious || !tree) {
    const loose = looseJson(text)
    if (loose) return loose
    const what = serious ? words(printParseErrorCode(serious.error)) : 'a value was expected'
    throw unreadable(`Read as JSON: ${what}`, positionAt(text, Math.max(0, (serious?.offset ?? 0) - shift)))
  }
  return {
    form: 'json',
    value: guarded(() => getNodeValue(tree)),
    locate(path) {
      const node = findNodeAtLocation(tree, [...path])
      return node ? positionAt(text, Math.max(0, node.offset - shift)) : null
    },
  }
}

/** Objects as JavaScript writes them, with bare keys or single quotes, are YAML too. */
function looseJson(text: string): Structure | null {
  try {
    const { value, locate } = readYaml(text)
    return typeof value === 'object' && value !== null ? { form: 'json', value, locate } : null
  } catch {
    return null
  }
}

/** `CommaExpected` → "a comma was expected". */
function words(code: string): string {
  const spaced = code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  const expected = /^(.*) expected$/.exec(spaced)
  return expected
    ? `${/^[aeiou]/.test(spaced) ? 'an' : 'a'} ${expected[1]} was expected`
    : `there is an ${spaced}`.replace('an invalid', 'an invalid')
}

function readToml(text: string): Structure {
  try {
    return { form: 'toml', value: guarded(() => parseToml(text)), locate: () => null }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    // The rest of its message repeats the line, which may hold a secret.
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n')
    throw unreadable(`Read as TOML: ${reason}`, { line: error.line, column: error.column })
  }
}

function readYaml(text: string): Structure {
  const document = guarded(() => parseDocument(text, { prettyErrors: false, logLevel: 'silent', uniqueKeys: false }))
  const [error] = document.errors
  if (error) throw unreadable(`Read as YAML: ${error.code.toLowerCase().replaceAll('_', ' ')}`, positionAt(text, error.pos[0]))
  const value = guarded(() => {
    try {
      return document.toJS({ maxAliasCount: 100 }) as unknown
    } catch (thrown) {
      if (thrown instanceof ReferenceError) throw unreadable('Read as YAML: an alias cannot be followed')
      throw thrown
    }
  })
  return {
    form: 'yaml',
    value,
    locate(path) {
      const node = document.getIn(path, true) as { range?: readonly number[] | null } | undefined
      return node?.range ? positionAt(text, node.range[0] ?? 0) : null
    },
  }
}
