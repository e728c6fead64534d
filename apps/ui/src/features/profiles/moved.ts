/** The list with one item moved by one place; the same list when there is no place to go. */
export function moved<T>(list: readonly T[], item: T, by: -1 | 1): readonly T[] {
  const from = list.indexOf(item)
  const to = from + by
  if (from < 0 || to < 0 || to >= list.length) return list
  return list.with(from, list[to]!).with(to, item)
}
