const MAX = 64

/** A name for a secret after what it is for, e.g. the name of a variable; made unique with -2, -3 … */
export function secretNameFor(wanted: string, taken: ReadonlySet<string>): string {
  const base =
    wanted
      .replaceAll(/[^A-Za-z0-9_.-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, MAX) || 'key'
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? '' : `-${n}`
    const name = base.slice(0, MAX - suffix.length) + suffix
    if (!taken.has(name)) return name
  }
}
