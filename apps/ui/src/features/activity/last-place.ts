/** The row that was opened last, so that the way back leads to it. */
let place: { search: string; id: string } | null = null

export function rememberPlace(search: string, id: string): void {
  place = { search, id }
}

/** @returns the id of the row, once, where the list has the same filters; else null */
export function takePlace(search: string): string | null {
  const taken = place?.search === search ? place.id : null
  if (taken !== null) place = null
  return taken
}

/** The list that the last call was opened from. */
export const lastList = (): string => `/activity${place?.search ?? ''}`
