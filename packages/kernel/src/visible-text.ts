/** Control characters, and those that turn or hide the text around them. */
const DECEPTIVE = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/gu

/** The sequences by which a program colours its lines, which say nothing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how they begin
const COLOURS = /\x1b\[[0-9;]*m/g

/** Text that a person is asked to agree to, with everything in it that could not be seen written out. */
export function visibleText(text: string): string {
  return text.replace(DECEPTIVE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
}

/** A line that a program wrote, to be read by a person: without its colours, and with what cannot be seen written out. */
export function visibleLine(line: string): string {
  return line.replace(COLOURS, '').split('\t').map(visibleText).join('\t')
}
