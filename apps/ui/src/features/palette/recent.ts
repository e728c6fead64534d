const REMEMBERED = 'lmg.recent'
const KEPT = 6

/** Ids of what was chosen last, the newest first. */
export function readRecent(): string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(REMEMBERED) ?? '[]')
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string').slice(0, KEPT) : []
  } catch {
    return []
  }
}

export function noteRecent(id: string): void {
  localStorage.setItem(REMEMBERED, JSON.stringify([id, ...readRecent().filter((other) => other !== id)].slice(0, KEPT)))
}
