export interface SplitCommand {
  readonly command: string
  readonly args: readonly string[]
  /** Why the line may not mean what it seems to mean; null when it is plain. */
  readonly problem: 'open_quote' | 'shell' | null
}

const BLANK = /\s/
const ESCAPABLE = /[\s"'\\]/
/** A word of its own, not inside quotes, that only a shell understands. */
const SHELL_WORD = /^(\|\|?|&&?|;|[0-9]?>{1,2}.*|<{1,2}.*)$|^[A-Za-z_][A-Za-z0-9_]*=|;$|\$\(|`/

/**
 * Splits a command line that was typed as one string into the program and its arguments, by the quoting rules that
 * shells share: '…' is literal, "…" knows \" and \\, a backslash outside quotes escapes a blank, a quote or itself.
 * Any other backslash stays, so that C:\Tools\server.exe survives. Nothing is expanded: no shell runs it.
 */
export function splitCommand(line: string): SplitCommand {
  const words: { text: string; quoted: boolean }[] = []
  let word: { text: string; quoted: boolean } | null = null
  let quote: '"' | "'" | null = null

  for (let at = 0; at < line.length; at++) {
    const char = line[at]!
    const next = line[at + 1]
    if (quote !== null) {
      if (char === quote) quote = null
      else if (quote === '"' && char === '\\' && (next === '"' || next === '\\')) {
        word!.text += next
        at++
      } else word!.text += char
    } else if (BLANK.test(char)) {
      if (word) words.push(word)
      word = null
    } else {
      word ??= { text: '', quoted: false }
      if (char === '"' || char === "'") {
        quote = char
        word.quoted = true
      } else if (char === '\\' && next !== undefined && ESCAPABLE.test(next) && !(next === '\\' && word.text === '')) {
        word.text += next
        at++
      } else word.text += char
    }
  }
  if (word) words.push(word)

  const [command = '', ...args] = words.map(({ text }) => text)
  const shell = words.some(({ text, quoted }) => !quoted && SHELL_WORD.test(text))
  return { command, args, problem: quote !== null ? 'open_quote' : shell ? 'shell' : null }
}

/** The command as one line that `splitCommand` takes apart again into the same words. */
export function joinCommand(command: string, args: readonly string[]): string {
  return [command, ...args].map(quoteWord).join(' ')
}

function quoteWord(word: string): string {
  if (word !== '' && !/[\s"'\\]/.test(word)) return word
  if (!word.includes("'")) return `'${word}'`
  return `"${word.replaceAll(/["\\]/g, '\\$&')}"`
}
