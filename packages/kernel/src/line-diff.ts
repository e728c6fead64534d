export interface DiffLine {
  readonly kind: 'same' | 'old' | 'new'
  readonly text: string
}

/** Texts of more lines than this (what begins and ends them alike left aside) are shown whole, the old before the new. */
const MAX_LINES = 1000

/** What turns one text into the other, line by line, as short as it can be. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const old = before === '' ? [] : before.split('\n')
  const now = after === '' ? [] : after.split('\n')
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++
  const as = (kind: DiffLine['kind'], lines: readonly string[]) => lines.map((text): DiffLine => ({ kind, text }))
  return [
    ...as('same', old.slice(0, start)),
    ...between(old.slice(start, old.length - end), now.slice(start, now.length - end), as),
    ...as('same', old.slice(old.length - end)),
  ]
}

function between(
  old: readonly string[],
  now: readonly string[],
  as: (kind: DiffLine['kind'], lines: readonly string[]) => DiffLine[],
): DiffLine[] {
  if (old.length > MAX_LINES || now.length > MAX_LINES) return [...as('old', old), ...as('new', now)]
  // Length of the longest common rest from each pair of lines on.
  const width = now.length + 1
  const common = new Uint16Array((old.length + 1) * width)
  const at = (i: number, j: number) => common[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--)
      common[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  }
  const lines: DiffLine[] = []
  let i = 0
  let j = 0
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push(...as('same', [old[i] ?? '']))
      i++
      j++
    } else if (i < old.length && (j === now.length || at(i + 1, j) >= at(i, j + 1))) lines.push(...as('old', [old[i++] ?? '']))
    else lines.push(...as('new', [now[j++] ?? '']))
  }
  return lines
}
