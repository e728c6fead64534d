const EXPRESSION = /\{([^}]*)\}/g

/**
 * Whether a URI may be an expansion of the template (RFC 6570), in time linear to their lengths. It errs on the side of
 * yes: the server behind the template has the last word.
 */
export function matchesTemplate(template: string, uri: string): boolean {
  const literals = template.split(/\{[^}]*\}/)
  const expressions = [...template.matchAll(EXPRESSION)].map(([, body = '']) => body)
  const first = literals[0] as string
  if (!uri.startsWith(first)) return false
  let at = first.length
  for (const [i, expression] of expressions.entries()) {
    const literal = literals[i + 1] as string
    const last = i === expressions.length - 1
    const end = last ? uri.length - literal.length : literal === '' ? at : uri.indexOf(literal, at)
    if (end < at || !uri.startsWith(literal, end)) return false
    // A plain variable holds no slash; the other kinds may.
    if (/^[A-Za-z0-9_]/.test(expression) && !expression.endsWith('*') && uri.slice(at, end).includes('/')) return false
    at = end + literal.length
  }
  return at === uri.length
}
