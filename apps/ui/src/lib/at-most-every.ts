interface Pause {
  timer: number
  again: (() => void) | null
}

const pauses = new WeakMap<object, Map<string, Pause>>()

/**
 * Runs something at once, and whatever asks for it during the pause after that once more at the end of the pause. What
 * comes alone is therefore not late, and what comes in a flood is done once for each pause.
 *
 * @param owner who the pauses belong to: they are forgotten with it
 */
export function atMostEvery(ms: number, owner: object, name: string, run: () => void): void {
  const named = pauses.get(owner) ?? new Map<string, Pause>()
  pauses.set(owner, named)
  const pause = named.get(name)
  if (pause) {
    pause.again = run
    return
  }
  const begun: Pause = {
    again: null,
    timer: setTimeout(() => {
      named.delete(name)
      if (begun.again) atMostEvery(ms, owner, name, begun.again)
    }, ms),
  }
  named.set(name, begun)
  run()
}
