/**
 * Splits a command line into words the way a POSIX shell does, without expanding anything: spaces separate, single
 * quotes keep everything, double quotes and backslashes work as usual.
 *
 * @returns the words, or null where a quote is not closed
 */
export function splitCommandLine(line: string): string[] | null {
  const words: string[] = []
  let word = ''
  let started = false
  let quote: '"' | "'" | null = null
  for (let i = 0; i < line.length; i++) {
    const c = line[i] as string
    if (quote === "'") {
      if (c === "'") quote = null
      else word += c
    } else if (c === '\\' && i + 1 < line.length && (quote === null || '"\\$`'.includes(line[i + 1] as string))) {
      word += line[++i]
      started = true
    } else if (quote === '"') {
      if (c === '"') quote = null
      else word += c
    } else if (c === '"' || c === "'") {
      quote = c
      started = true
    } else if (/\s/.test(c)) {
      if (started || word !== '') words.push(word)
      word = ''
      started = false
    } else word += c
  }
  if (quote !== null) return null
  if (started || word !== '') words.push(word)
  return words
}
