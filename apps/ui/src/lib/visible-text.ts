/** Control characters, and those that turn or hide the text around them. */
const DECEPTIVE = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/gu

/** Text that a person is asked to agree to, with everything in it that could not be seen written out. */
export function visibleText(text: string): string {
  return text.replace(DECEPTIVE, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`)
}
