export type PathParams = Readonly<Record<string, string>>

/** Matches `/servers/:server` against a path; null when it does not fit. Parameters come decoded. */
export function matchPath(pattern: string, path: string): PathParams | null {
  const wanted = segments(pattern)
  const given = segments(path)
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index]!
    if (part.startsWith(':')) {
      const decoded = decode(value)
      if (decoded === null) return null
      params[part.slice(1)] = decoded
    } else if (part !== value) return null
  }
  return params
}

function segments(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}

function decode(value: string): string | null {
  try {
    return decodeURIComponent(value)
  } catch {
    return null
  }
}
