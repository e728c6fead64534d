/** How much of a proof is run: little in `npm test`, all of it in `npm run test:endurance`. */
export const endurance = <Size>(little: Size, all: Size): Size => (process.env.LMG_ENDURANCE ? all : little)

/** Numbers from 0 up to 1 that are the same in every run, so that a failure can be seen again. Mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Puts a measured number into the output of the run. */
export function measured(what: string, numbers: Readonly<Record<string, number | string>>): void {
  const text = Object.entries(numbers)
    .map(([name, value]) => `${name} ${typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(2) : value}`)
    .join(', ')
  process.stdout.write(`[measured] ${what}: ${text}\n`)
}
