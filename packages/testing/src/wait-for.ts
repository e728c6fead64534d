/**
 * Looks until `look` gives something else than null, undefined or false.
 *
 * @param ms how long to go on, in milliseconds
 * @throws Error naming what was waited for
 */
export async function waitFor<Result>(what: string, look: () => Promise<Result> | Result, ms = 10_000): Promise<NonNullable<Result>> {
  const deadline = performance.now() + ms
  for (;;) {
    const found = await look()
    if (found !== null && found !== undefined && found !== false) return found as NonNullable<Result>
    if (performance.now() > deadline) throw new Error(`Waited ${ms} ms in vain for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
