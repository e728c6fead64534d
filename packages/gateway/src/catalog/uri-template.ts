// An opening brace ends the search for the closing one, so that a text full of them costs no more than any other.
const EXPRESSION = /\{[^{}]*\}/
/** What such an expression expands to may hold a slash: reserved characters, a path, or a list of segments. */
const HOLDS_SLASH = /\{[+#/][^{}]*\}|\{[^{}]*\*\}/

/**
 * Whether a URI may be an expansion of the template (RFC 6570), in time linear to their lengths. It errs on the side of
 * yes: the server behind the template has the last word.
 */
export function matchesTemplate(template: string, uri: string): boolean {
  const literals = template.split(EXPRESSION)
  const mayHoldSlash = HOLDS_SLASH.test(template)
  const first = literals[0] as string
  if (!uri.startsWith(first)) return false
  let at = first.length
  for (const [i, literal] of literals.entries()) {
    if (i === 0) continue
    const last = i === literals.length - 1
    const end = last ? uri.length - literal.length : literal === '' ? at : uri.indexOf(literal, at)
    if (end < at || !uri.startsWith(literal, end)) return false
    // Where one expression may hold a slash, it is not certain which of them a slash belongs to.
    if (!mayHoldSlash && uri.slice(at, end).includes('/')) return false
    at = end + literal.length
  }
  return at === uri.length
}
