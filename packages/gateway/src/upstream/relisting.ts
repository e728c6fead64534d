import type { ListKind } from './connection.types.ts'

const DELAY = 100

/**
 * One listing at a time, however often a server says that something changed.
 *
 * @param list lists these kinds anew; never rejects
 * @returns to be called with what has changed
 */
export function createRelisting(list: (kinds: readonly ListKind[]) => Promise<void>): (kind: ListKind) => void {
  const stale = new Set<ListKind>()
  let _running: Promise<void> | null = null

  async function run(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, DELAY))
    const kinds = [...stale]
    stale.clear()
    await list(kinds)
  }

  return function changed(kind) {
    stale.add(kind)
    _running ??= run().finally(() => {
      _running = null
      const [next] = stale
      if (next) changed(next)
    })
  }
}
