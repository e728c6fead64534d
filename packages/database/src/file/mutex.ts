export type Mutex = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Runs one piece of work after the other, in the order of the calls. */
export function createMutex(): Mutex {
  let tail: Promise<unknown> = Promise.resolve()
  return (work) => {
    const run = tail.then(work)
    tail = run.catch(() => undefined)
    return run
  }
}
