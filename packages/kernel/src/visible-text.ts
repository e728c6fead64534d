/**
 * Control characters (with them the sequences that steer a terminal), and those that turn, hide or pretend to be the
 * text around them: zero-width, bidirectional, tags, fillers. The selectors that emoji end with are left alone.
 */
const DECEPTIVE =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb]|\u034f|[\u17b4\u17b5]|[\u180b-\u180f]|[\ufe00-\ufe0d]|[\u{e0000}-\u{e0fff}]/gu
const LINES = /[\n\t]/

/**
 * Text that a person is asked to judge, with everything in it that could not be seen written out.
 *
 * @param lines whether line ends and tabs are part of the text
 */
export function visibleText(text: string, lines = false): string {
  return text.replace(DECEPTIVE, (char) => (lines && LINES.test(char) ? char : `\\u{${char.codePointAt(0)?.toString(16)}}`))
}

/** Whether a text of several lines has something in it that could not be seen. */
export const hidesText = (text: string): boolean => visibleText(text, true) !== text

/** The sequences by which a program colours its lines, which say nothing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how they begin
const COLOURS = /\x1b\[[0-9;]*m/g

/** A line that a program wrote, to be read by a person: without its colours, and with what cannot be seen written out. */
export function visibleLine(line: string): string {
  return line
    .replace(COLOURS, '')
    .split('\t')
    .map((part) => visibleText(part))
    .join('\t')
}
